using System.Text;
using Microsoft.ML.Adversarial.Detectors.Combinations;
using Microsoft.ML.Adversarial.TestData;

namespace Microsoft.ML.Adversarial.Persistence;

/// <summary>States of detection by several scores per class that are JSON of the right form, with values that no transformer has.</summary>
[TestClass]
public sealed class DamagedDetectionTests
{
    private static readonly Lazy<byte[]> Shared = new(() =>
    {
        var ml = new MLContext(seed: 1);
        var rows = ml.Data.LoadFromEnumerable(JudgedRow.Create(30, seed: 1));
        var model = ml.Transforms.Conversion.MapValueToKey("PredictedLabel", "Kind")
            .Append(ml.Transforms.AdversarialDetection(["First", "Second"], PValueCombination.Fisher, 0.25, "PredictedLabel"))
            .Fit(rows);
        using var file = new MemoryStream();
        ml.Model.Save(model, rows.Schema, file);
        return file.ToArray();
    });

    private readonly ModelFile _file = new(Shared.Value);

    [TestMethod]
    public void As_it_is_it_loads() => Assert.IsNotNull(Load());

    [TestMethod]
    [DataRow("\"Combination\":\"Fisher\"", "\"Combination\":\"Stouffer\"")]
    [DataRow("\"Combination\":\"Fisher\"", "\"Combination\":null")]
    [DataRow("\"PredictedLabel\":\"PredictedLabel\"", "\"PredictedLabel\":null")]
    [DataRow("\"PredictedLabel\":\"PredictedLabel\"", "\"PredictedLabel\":\"\"")]
    [DataRow("\"PValues\":\"PValues\"", "\"PValues\":\"PValue\"")]
    [DataRow("[\"First\",\"Second\"]", "[]")]
    [DataRow("[\"First\",\"Second\"]", "[\"First\",null]")]
    [DataRow("[\"First\",\"Second\"]", "[\"First\",\"First\"]")]
    [DataRow("[\"First\",\"Second\"]", "[\"First\",\"Second\",\"Third\"]")]
    [DataRow("\"Calibrations\":[{", "\"Calibrations\":[null,{")]
    [DataRow("\"Calibrations\":[{", "\"Calibrations\":[{\"CleanScores\":\"\"},{")]
    [DataRow("\"Calibrations\":[{\"CleanScores\":\"", "\"Calibrations\":[{\"CleanScores\":\"AADAfwAA")]
    [DataRow("\"Count\":3", "\"Count\":2")]
    [DataRow("\"eel\"", "\"cat\"")]
    [DataRow("\"FalsePositiveRate\":0.25", "\"FalsePositiveRate\":0.05")]
    public void A_state_that_cannot_be_is_refused(string part, string replacement)
    {
        var name = _file.Find("State.json");
        var state = Encoding.UTF8.GetString(_file[name]);
        StringAssert.Contains(state, part);
        _file[name] = Encoding.UTF8.GetBytes(state.Replace(part, replacement));

        Failures.Require<InvalidDataException>(() => Load(), "AdvDetection", "damaged");
    }

    [TestMethod]
    public void Scores_of_NaN_are_refused()
    {
        var name = _file.Find("State.json");
        var state = Encoding.UTF8.GetString(_file[name]);
        var start = state.IndexOf("\"CleanScores\":\"", StringComparison.Ordinal) + "\"CleanScores\":\"".Length;
        var scores = Convert.FromBase64String(state[start..state.IndexOf('"', start)]);
        BitConverter.GetBytes(float.NaN).CopyTo(scores, 8);
        _file[name] = Encoding.UTF8.GetBytes(state[..start] + Convert.ToBase64String(scores) + state[state.IndexOf('"', start)..]);

        Failures.Require<InvalidDataException>(() => Load(), "AdvDetection", "got NaN", "damaged");
    }

    private ITransformer Load() => new MLContext().Model.Load(_file.Zip(), out _);
}
