using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Explanations;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Layers;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>An explanation costs what the columns that are read need, and no pass more.</summary>
[TestClass]
public sealed class ExplanationLazinessTests
{
    private static readonly ConfusingLogitsColumns All = new()
    {
        FeaturesImage = "FeaturesImage", FirstGradientImage = "FirstGradientImage", SecondGradientImage = "SecondGradientImage",
        TowardsFirstImage = "TowardsFirstImage", TowardsSecondImage = "TowardsSecondImage",
    };

    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    [DataRow(0, 0, "FeaturesImage")]
    [DataRow(0, 0, "Id", "Features")]
    [DataRow(1, 0, "FirstClass")]
    [DataRow(1, 0, "LogitGap", "FeaturesImage")]
    [DataRow(1, 0, "FirstClass", "SecondClass", "LogitGap", "IsConfusing")]
    [DataRow(2, 1, "FirstGradient")]
    [DataRow(2, 1, "SecondGradientImage")]
    [DataRow(2, 1, "FirstClass", "FirstGradient", "FirstGradientImage", "TowardsFirst", "TowardsFirstImage")]
    [DataRow(3, 2, "FirstGradient", "TowardsSecondImage")]
    public void A_batch_costs_a_pass_for_its_logits_and_one_for_each_gradient(int passes, int gradients, params string[] columns) =>
        AssertCost(new(), passes, gradients, columns);

    /// <summary>Each step has a gradient; all but the last ask whether the way has ended.</summary>
    [TestMethod]
    [DataRow(1, 0, "FirstClass", "SecondClass", "LogitGap", "IsConfusing")]
    [DataRow(2, 1, "SecondGradient")]
    [DataRow(6, 3, "TowardsSecond")]
    [DataRow(6, 3, "SecondGradient", "TowardsSecond", "TowardsSecondImage")]
    public void Steps_cost_only_those_who_read_where_they_lead(int passes, int gradients, params string[] columns) =>
        AssertCost(new() { Steps = 3, ProjectionFactor = 1e-3, MaximumLogitDifference = 1e3 }, passes, gradients, columns);

    [TestMethod]
    public void Features_of_many_rows_are_drawn_without_a_pass()
    {
        using var classifier = Classifier();
        using var passes = new ForwardPasses(classifier);
        var rows = Fruit.Load(_ml, 200, seed: 1);
        var columns = ConfusingLogitsColumns.None with { FeaturesImage = "FeaturesImage" };
        Read(_ml.Transforms.ConfusingLogits(classifier, "Features", columns: columns).Fit(rows).Transform(rows), "FeaturesImage");
        Assert.AreEqual(0, passes.Count);
    }

    private static NetworkClassifier Classifier()
    {
        using var generator = new Generator(1);
        var network = Network.Create(
            new() { InputShape = [2, 4], ClassCount = 3, Layers = [new FlattenLayer(), new LinearLayer(5), new TanhLayer(), new LinearLayer()] }, generator);
        network.Module.eval();
        return new(network, InputBounds.Unit);
    }

    private static void Read(IDataView view, params string[] names)
    {
        var columns = names.Select(name => view.Schema[name]).ToArray();
        using var cursor = view.GetRowCursor(columns);
        Action[] readers = [.. columns.Select(column => Reader(cursor, column))];
        while (cursor.MoveNext())
        {
            foreach (var read in readers)
                read();
        }
    }

    private static Action Reader(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Type is not ImageDataViewType)
        {
            var read = Cells.Reader(row, column);
            return () => read();
        }

        var getter = row.GetGetter<MLImage>(column);
        return () =>
        {
            MLImage image = null!;
            getter(ref image);
            image.Dispose();
        };
    }

    // One row is one batch.
    private void AssertCost(ConfusingLogits settings, int passes, int gradients, string[] columns)
    {
        using var classifier = Classifier();
        using var counted = new ForwardPasses(classifier);
        var withGraph = 0;
        var hook = classifier.Module.register_forward_hook((_, _, output) =>
        {
            withGraph += output.requires_grad ? 1 : 0;
            return output;
        });
        var rows = Fruit.Load(_ml, 1, seed: 1);
        Read(_ml.Transforms.ConfusingLogits(classifier, "Features", settings, All).Fit(rows).Transform(rows), columns);
        hook.remove();
        Assert.AreEqual((passes, gradients), (counted.Count, withGraph));
    }
}
