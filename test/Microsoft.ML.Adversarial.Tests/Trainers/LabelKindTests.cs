using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Adversarial.Trainers;

/// <summary>Labels of any kind go in as keys and come out as they were.</summary>
[TestClass]
public sealed class LabelKindTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void Text() => ComesBack(kind => $"kind {kind}");

    [TestMethod]
    public void Integer() => ComesBack(kind => (10 * kind) - 10);

    [TestMethod]
    public void Long() => ComesBack(kind => kind + 3_000_000_000L);

    [TestMethod]
    public void Single() => ComesBack(kind => 0.1f + (kind / 3f));

    [TestMethod]
    public void Double() => ComesBack(kind => 0.1 + (kind / 3.0));

    [TestMethod]
    public void Byte() => ComesBack(kind => (byte)(200 + kind));

    [TestMethod]
    public void Boolean() => ComesBack(kind => kind == 1);

    [TestMethod]
    public void Text_that_looks_like_numbers_stays_text() => ComesBack(kind => $"0{kind}.0");

    [TestMethod]
    public void Keys_without_values_stay_keys()
    {
        var data = _ml.Data.LoadFromEnumerable(
            FruitRow.Create(90, seed: 1).Select(row => new Keyed { Features = row.Features, Label = (uint)row.Id % 3 }));

        var scored = Fruit.Trainer(_ml).Fit(data).Transform(data);

        Assert.AreEqual(new KeyDataViewType(typeof(uint), 3), scored.Schema["PredictedLabel"].Type);
        Assert.IsFalse(scored.Schema["PredictedLabel"].HasKeyValues());
        Assert.IsGreaterThan(0.9, _ml.MulticlassClassification.Evaluate(scored).MicroAccuracy);
    }

    private void ComesBack<T>(Func<int, T> labelOf)
    {
        var rows = FruitRow.Create(120, seed: 1).Select(row => new Row<T> { Features = row.Features, Kind = labelOf((int)row.Id % 3) })
            .ToArray();
        var data = _ml.Data.LoadFromEnumerable(rows);
        var model = _ml.Transforms.Conversion.MapValueToKey(
            "Label", "Kind", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
            .Append(Fruit.Trainer(_ml))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("Predicted", "PredictedLabel"))
            .Fit(data);

        using var stream = new MemoryStream();
        _ml.Model.Save(model, data.Schema, stream);
        stream.Position = 0;
        foreach (var one in new[] { model, _ml.Model.Load(stream, out _) })
        {
            var predicted = one.Transform(data).GetColumn<T>("Predicted").ToArray();
            var right = rows.Where((row, i) => Equals(row.Kind, predicted[i])).Count();
            Assert.IsGreaterThan(110, right);
        }
    }

    private sealed class Row<T>
    {
        public required T Kind { get; set; }

        [VectorType(FruitRow.FeatureCount)]
        public float[] Features { get; set; } = [];
    }

    private sealed class Keyed
    {
        [KeyType(3)]
        public uint Label { get; set; }

        [VectorType(FruitRow.FeatureCount)]
        public float[] Features { get; set; } = [];
    }
}
