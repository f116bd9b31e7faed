using System.Text;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Persistence;

/// <summary>States of input transformations, and of networks behind them, that are JSON of the right form, with values that no transformer has.</summary>
[TestClass]
public sealed class DamagedTransformationTests
{
    private static readonly Lazy<(byte[] Transformation, byte[] Network)> Shared = new(() =>
    {
        var ml = new MLContext(seed: 1);
        var rows = Fruit.LoadLabelled(ml, 30, seed: 1);
        var model = ml.Transforms.ThermometerEncoding("Few", "Features", levels: 3).Append(Fruit.TrainerOn(ml, "Few", epochs: 1)).Fit(rows);
        return (Save(((IEnumerable<ITransformer>)model).First()), Save(model.LastTransformer));

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
        Load(new(Shared.Value.Transformation));
        Load(new(Shared.Value.Network));
    }

    [TestMethod]
    [DataRow("\"Name\":\"thermometer\"", "\"Name\":\"thermos\"")]
    [DataRow("\"Name\":\"thermometer\"", "\"Name\":\"jpeg\"")]
    [DataRow("\"Name\":\"thermometer\"", "\"Name\":null")]
    [DataRow("\"Levels\":\"3\"", "\"Levels\":\"1\"")]
    [DataRow("\"Levels\":\"3\"", "\"Levels\":null")]
    [DataRow("\"Levels\":\"3\"", "\"Range\":\"1..0\"")]
    [DataRow("\"InputColumnName\":\"Features\"", "\"InputColumnName\":\"\"")]
    [DataRow("\"InputShape\":[8]", "\"InputShape\":[]")]
    [DataRow("\"InputShape\":[8]", "\"InputShape\":null")]
    [DataRow("\"InputShape\":[8]", "\"InputShape\":[-8]")]
    [DataRow("\"InputShape\":[8]", "\"InputShape\":[4294967296,4294967296]")]
    public void A_state_that_cannot_be_is_refused(string part, string replacement)
    {
        Failures.Require<InvalidDataException>(() => Load(Changed(Shared.Value.Transformation, part, replacement)), "AdvTransformation", "damaged");
        Failures.Require<InvalidDataException>(() => Load(Changed(Shared.Value.Network, part, replacement)), "damaged");
    }

    [TestMethod]
    public void Transformations_that_do_not_fit_the_network_are_refused() => Failures.Require<InvalidDataException>(
        () => Load(Changed(Shared.Value.Network, "\"Levels\":\"3\"", "\"Levels\":\"4\"")),
        "The input transformations do not fit the network: Expected inputs [24] of the classifier, got [32]", "damaged");

    [TestMethod]
    public void A_network_of_a_file_without_the_entry_reads_the_inputs_themselves()
    {
        var file = new ModelFile(Shared.Value.Network);
        var state = Encoding.UTF8.GetString(file[file.Find("State.json")]);
        var (start, end) = (state.IndexOf(",\"Transformations\":", StringComparison.Ordinal), state.IndexOf("}]", StringComparison.Ordinal) + 2);
        var loaded = (ISingleFeaturePredictionTransformer<object>)Load(Changed(Shared.Value.Network, state[start..end], ""));
        Assert.AreEqual("Few", loaded.FeatureColumnName);
    }

    private static ModelFile Changed(byte[] content, string part, string replacement)
    {
        var file = new ModelFile(content);
        var name = file.Find("State.json");
        var state = Encoding.UTF8.GetString(file[name]);
        StringAssert.Contains(state, part);
        file[name] = Encoding.UTF8.GetBytes(state.Replace(part, replacement));
        return file;
    }

    private static ITransformer Load(ModelFile file) => new MLContext().Model.Load(file.Zip(), out _);
}
