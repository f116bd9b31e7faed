using System.Diagnostics;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Data;
using TorchSharp;

namespace Microsoft.ML.Adversarial.Transforms;

[TestClass]
public sealed class ManyRowsTests
{
    private const int Rows = 60_000;
    private const long Gigabyte = 1 << 30;

    [TestMethod]
    public void Sixty_thousand_rows_are_scored_in_less_than_a_gigabyte()
    {
        var ml = new MLContext(seed: 1);
        using var generator = new torch.Generator(1);
        using var classifier = new NetworkClassifier(Network.Create(NetworkDefinition.MultilayerPerceptron.Bind([1, 28, 28], 10), generator), InputBounds.Unit);
        var data = ml.Data.LoadFromEnumerable(Images());
        var scored = ml.Transforms.FisherInformation(classifier, nameof(Image.Features)).Fit(data).Transform(data);

        var (before, most, count, sum) = (WorkingSet(), 0L, 0, 0.0);
        using var cursor = scored.GetRowCursor([scored.Schema["FisherTrace"], scored.Schema["FisherTopEigenvalue"], scored.Schema["FisherQuadraticForm"]]);
        ValueGetter<float>[] getters = [.. new[] { "FisherTrace", "FisherTopEigenvalue", "FisherQuadraticForm" }
            .Select(name => cursor.GetGetter<float>(scored.Schema[name]))];
        while (cursor.MoveNext())
        {
            foreach (var getter in getters)
            {
                var value = 0f;
                getter(ref value);
                sum += value;
            }

            if (++count % 2_000 == 0)
                most = Math.Max(most, WorkingSet() - before);
        }

        Assert.AreEqual(Rows, count);
        Assert.IsGreaterThan(0, sum);
        Assert.IsLessThan(Gigabyte, most);
    }

    // A stream: the rows themselves are never held.
    private static IEnumerable<Image> Images()
    {
        var random = new Random(1);
        for (var row = 0; row < Rows; row++)
        {
            var features = new float[784];
            for (var pixel = 0; pixel < features.Length; pixel += 7)
                features[pixel] = random.NextSingle();
            yield return new Image { Features = features };
        }
    }

    private static long WorkingSet()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private sealed class Image
    {
        [VectorType(1, 28, 28)]
        public float[] Features { get; set; } = [];
    }
}
