using System.Reflection;
using Microsoft.ML.Adversarial.Explanations;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Adversarial.Trainers;
using Microsoft.ML.Adversarial.Transforms;

namespace Microsoft.ML.Adversarial.Persistence;

/// <summary>Every setting of an explanation comes back from a file, none of them by being a default.</summary>
[TestClass]
public sealed class SavedExplanationTests
{
    private static readonly GradientAttribution[] Attributions =
    [
        new InputGradient(),
        new GradientTimesInput(),
        new IntegratedGradients { Steps = 7, MaximumSteps = 21, Tolerance = 0.125, Baseline = -0.1 },
        new SmoothGrad { Samples = 3, Noise = 1.0 / 3 },
    ];

    private static readonly ExplainedOutput[] Outputs =
    [
        ExplainedOutput.PredictedClass, ExplainedOutput.RunnerUp, ExplainedOutput.Label, ExplainedOutput.Loss, ExplainedOutput.OfClass(2),
    ];

    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void Each_attribution_comes_back_with_its_settings()
    {
        CollectionAssert.AreEqual(
            AttributionDescription.Names.ToArray(), Attributions.Select(one => AttributionDescription.Of(one).Name).Order(StringComparer.Ordinal).ToArray());
        foreach (var attribution in Attributions)
        {
            AssertNoDefaults(attribution, Activator.CreateInstance(attribution.GetType())!);
            Assert.AreEqual(attribution, Reload(attribution, ExplainedOutput.PredictedClass).Attribution);
        }
    }

    [TestMethod]
    public void Each_output_comes_back_with_its_columns_and_seed()
    {
        foreach (var output in Outputs)
        {
            var loaded = Reload(new SmoothGrad(), output);
            Assert.AreEqual(output, loaded.Output);
            Assert.AreEqual("Part", loaded.OutputColumnName);
            Assert.AreEqual("TargetLabel", loaded.LabelColumnName);
            Assert.AreEqual("Features", loaded.FeatureColumnName);
        }
    }

    [TestMethod]
    [DataRow(-3.5, 0.0)]
    [DataRow(1.0 / 3, double.PositiveInfinity)]
    [DataRow(double.NegativeInfinity, 0.1)]
    public void Confusing_logits_come_back_with_their_settings_and_columns(double minimumLogit, double maximumLogitDifference)
    {
        var settings = new ConfusingLogits
        {
            MinimumLogit = minimumLogit, MaximumLogitDifference = maximumLogitDifference, ProjectionFactor = 0.7, Steps = 4,
        };
        var columns = new ConfusingLogitsColumns
        {
            FirstClass = "1", SecondClass = "2", LogitGap = "3", IsConfusing = "4", FirstGradient = "5", SecondGradient = "6", TowardsFirst = "7",
            TowardsSecond = "8", FeaturesImage = "9", FirstGradientImage = "10", SecondGradientImage = "11", TowardsFirstImage = "12",
            TowardsSecondImage = "13",
        };
        AssertNoDefaults(settings, new ConfusingLogits());
        AssertNoDefaults(columns, new ConfusingLogitsColumns());
        AssertComeBack(settings, columns);

        // A column that was left out stays out, and an image column does not take the place of a vector.
        AssertComeBack(settings, ConfusingLogitsColumns.None with { TowardsSecondImage = "Picture" });
    }

    private static void AssertNoDefaults(object value, object defaults)
    {
        foreach (var property in value.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public))
        {
            Assert.AreNotEqual(property.GetValue(defaults), property.GetValue(value), $"{property.Name} of {value} is the default");
        }
    }

    private void AssertComeBack(ConfusingLogits settings, ConfusingLogitsColumns columns)
    {
        var (network, rows) = Images();
        var saved = _ml.Transforms.ConfusingLogits(network, settings, columns).Fit(rows);
        var loaded = SaveAndLoad(saved, rows);
        Assert.AreEqual(settings, loaded.Settings);
        Assert.AreEqual(columns, loaded.Columns);
        Assert.AreEqual("Images", loaded.FeatureColumnName);
        CollectionAssert.AreEqual(
            saved.GetOutputSchema(rows.Schema).Select(column => column.ToString()).ToArray(),
            loaded.GetOutputSchema(rows.Schema).Select(column => column.ToString()).ToArray());
    }

    private InputGradientTransformer Reload(GradientAttribution attribution, ExplainedOutput output)
    {
        var rows = Fruit.LoadLabelled(_ml, 30, seed: 1);
        var network = Fruit.Trainer(_ml, epochs: 1).Fit(rows);
        var saved = _ml.Transforms.InputGradient(network, "Part", attribution, output, "TargetLabel").Fit(rows);
        var loaded = SaveAndLoad(saved, rows);
        Assert.AreNotEqual(0, saved.Seed);
        Assert.AreEqual(saved.Seed, loaded.Seed);
        return loaded;
    }

    private (NeuralNetworkMulticlassTransformer Network, IDataView Rows) Images()
    {
        var rows = Fruit.LoadLabelled(_ml, 30, seed: 1);
        var images = _ml.Transforms.MedianSmoothing("Images", "Features", imageShape: [1, 2, 4]).Fit(rows).Transform(rows);
        return (Fruit.TrainerOn(_ml, "Images", epochs: 1).Fit(images), images);
    }

    private TTransformer SaveAndLoad<TTransformer>(TTransformer transformer, IDataView rows)
        where TTransformer : ITransformer
    {
        using var file = new MemoryStream();
        _ml.Model.Save(transformer, rows.Schema, file);
        file.Position = 0;
        return (TTransformer)new MLContext().Model.Load(file, out _);
    }
}
