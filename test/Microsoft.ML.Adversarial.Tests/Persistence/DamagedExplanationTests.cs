using System.Text;
using System.Text.RegularExpressions;
using Microsoft.ML.Adversarial.Explanations;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Adversarial.Transforms;

namespace Microsoft.ML.Adversarial.Persistence;

/// <summary>States of explanations that are JSON of the right form, with values that no transformer has.</summary>
[TestClass]
public sealed partial class DamagedExplanationTests
{
    private static readonly Lazy<(byte[] Gradient, byte[] Confusing)> Shared = new(() =>
    {
        var ml = new MLContext(seed: 1);
        var rows = Fruit.LoadLabelled(ml, 30, seed: 1);
        var network = Fruit.Trainer(ml, epochs: 1).Fit(rows);
        var gradient = ml.Transforms.InputGradient(network, "Part", new SmoothGrad { Samples = 4 }, ExplainedOutput.OfClass(1)).Fit(rows);
        return (Save(gradient), Save(ml.Transforms.ConfusingLogits(network).Fit(rows)));

        byte[] Save(ITransformer transformer)
        {
            using var file = new MemoryStream();
            ml.Model.Save(transformer, rows.Schema, file);
            return file.ToArray();
        }
    });

    [TestMethod]
    public void As_they_are_they_load()
    {
        Load(new(Shared.Value.Gradient));
        Load(new(Shared.Value.Confusing));
    }

    [TestMethod]
    [DataRow("\"Name\":\"smoothgrad\"", "\"Name\":\"saliency\"", "Unknown attribution 'saliency': expected one of gradient")]
    [DataRow("\"Name\":\"smoothgrad\"", "\"Name\":\"gradient\"", "Samples")]
    [DataRow("\"Name\":\"smoothgrad\"", "\"Name\":null", "Name")]
    [DataRow("\"Samples\":\"4\"", "\"Samples\":\"0\"", "Samples")]
    [DataRow("\"Samples\":\"4\"", "\"Samples\":\"99999999999\"", "99999999999")]
    [DataRow("\"Samples\":\"4\"", "\"Samples\":null", "setting")]
    [DataRow("\"Samples\":\"4\"", "\"Steps\":\"4\"", "Steps")]
    [DataRow("{\"Samples\":\"4\"}", "null", "Settings")]
    [DataRow("\"Output\":\"class:1\"", "\"Output\":\"class:-1\"", "class:-1")]
    [DataRow("\"Output\":\"class:1\"", "\"Output\":\"class:99999999999\"", "class:99999999999")]
    [DataRow("\"Output\":\"class:1\"", "\"Output\":\"\"", "such as predicted")]
    [DataRow("\"Output\":\"class:1\"", "\"Output\":null", "Output")]
    [DataRow("\"OutputColumnName\":\"Part\"", "\"OutputColumnName\":\"\"", "column name")]
    [DataRow("\"LabelColumnName\":\"Label\"", "\"LabelColumnName\":null", "LabelColumnName")]
    [DataRow("\"LabelColumnName\":\"Label\"", "\"LabelColumnName\":\"\"", "column name")]
    [DataRow("\"FeatureColumnName\":\"Features\"", "\"FeatureColumnName\":\"\"", "column name")]
    public void An_attribution_that_cannot_be_is_refused(string part, string replacement, string problem) => Failures.Require<InvalidDataException>(
        () => Load(Changed(Shared.Value.Gradient, part, replacement)), "AdvInputGradient: expected a state in State.json", problem, "damaged");

    [TestMethod]
    [DataRow("class:3")]
    [DataRow("class:17")]
    public void A_class_that_the_network_lacks_is_refused(string output) => Failures.Require<InvalidDataException>(
        () => Load(Changed(Shared.Value.Gradient, "\"Output\":\"class:1\"", $"\"Output\":\"{output}\"")),
        $"The output '{output}' does not fit the network", "between 0 and 2", "damaged. Save it anew");

    [TestMethod]
    [DataRow("\"Steps\":1", "\"Steps\":0", "Steps")]
    [DataRow("\"Steps\":1", "\"Steps\":-3", "Steps")]
    [DataRow("\"Steps\":1", "\"Steps\":1.5", "Steps")]
    [DataRow("\"MinimumLogit\":5", "\"MinimumLogit\":\"NaN\"", "MinimumLogit")]
    [DataRow("\"MaximumLogitDifference\":1", "\"MaximumLogitDifference\":-1", "MaximumLogitDifference")]
    [DataRow("\"ProjectionFactor\":3", "\"ProjectionFactor\":0", "ProjectionFactor")]
    [DataRow("\"ProjectionFactor\":3", "\"ProjectionFactor\":\"Infinity\"", "ProjectionFactor")]
    [DataRow("\"FirstClass\":\"FirstClass\"", "\"FirstClass\":\"LogitGap\"", "different names")]
    [DataRow("\"FirstClass\":\"FirstClass\"", "\"FirstClass\":\"\"", "column name")]
    [DataRow("\"FirstClass\":\"FirstClass\"", "\"FirstClass\":7", "FirstClass")]
    public void Confusing_logits_that_cannot_be_are_refused(string part, string replacement, string problem) => Failures.Require<InvalidDataException>(
        () => Load(Changed(Shared.Value.Confusing, part, replacement)), "AdvConfusingLogits: expected a state in State.json", problem, "damaged");

    [TestMethod]
    [DataRow("null", "Columns")]
    [DataRow(
        "{\"FirstClass\":null,\"SecondClass\":null,\"LogitGap\":null,\"IsConfusing\":null,\"FirstGradient\":null,\"SecondGradient\":null,"
        + "\"TowardsFirst\":null,\"TowardsSecond\":null}",
        "at least one output column")]
    public void Confusing_logits_without_columns_are_refused(string columns, string problem) => Failures.Require<InvalidDataException>(
        () => Load(Changed(Shared.Value.Confusing, Columns().Match(State(Shared.Value.Confusing)).Value, $"\"Columns\":{columns}")),
        "AdvConfusingLogits: expected a state in State.json", problem, "damaged");

    [TestMethod]
    [DataRow("FeaturesImage")]
    [DataRow("FirstGradientImage")]
    [DataRow("TowardsSecondImage")]
    public void Images_of_vectors_are_refused(string column) => Failures.Require<InvalidDataException>(
        () => Load(Changed(Shared.Value.Confusing, $"\"{column}\":null", $"\"{column}\":\"Picture\"")),
        "The image columns do not fit the network", "'Picture'", "[8]", "damaged. Save it anew");

    [GeneratedRegex("\"Columns\":\\{[^}]*\\}")]
    private static partial Regex Columns();

    private static string State(byte[] content)
    {
        var file = new ModelFile(content);
        return Encoding.UTF8.GetString(file[file.Find("State.json")]);
    }

    private static ModelFile Changed(byte[] content, string part, string replacement)
    {
        var file = new ModelFile(content);
        var state = State(content);
        StringAssert.Contains(state, part);
        file[file.Find("State.json")] = Encoding.UTF8.GetBytes(state.Replace(part, replacement));
        return file;
    }

    private static ITransformer Load(ModelFile file) => new MLContext().Model.Load(file.Zip(), out _);
}
