using System.Text;
using System.Text.RegularExpressions;
using Microsoft.ML.Adversarial.TestData;

namespace Microsoft.ML.Adversarial.Persistence;

/// <summary>What is wrong with a file is said in words.</summary>
[TestClass]
public sealed partial class DamagedModelTests
{
    private static readonly Lazy<byte[]> Shared = new(() =>
    {
        var ml = new MLContext(seed: 1);
        using var file = new MemoryStream();
        ml.Model.Save(FruitChain.Fit(ml, epochs: 1), Fruit.Load(ml, 1, seed: 1).Schema, file);
        return file.ToArray();
    });

    private readonly ModelFile _file = new(Shared.Value);

    [TestMethod]
    public void As_it_is_it_loads() => Assert.IsNotNull(Load());

    [TestMethod]
    [DataRow("AdvNetworkMulticlass")]
    [DataRow("AdvFisherTrace")]
    [DataRow("AdvDetection")]
    [DataRow("AdvDetector")]
    [DataRow("AdvOutputDetector")]
    [DataRow("AdvAttack")]
    public void A_file_of_a_newer_version_says_what_to_do(string loader)
    {
        var key = _file[StepOf(loader) + "Model.key"];
        // ModelHeader: two magic numbers and two versions of the header, the model's signature, written, then readable.
        var readable = key.AsSpan().IndexOf(BitConverter.GetBytes(0x00010001).Concat(BitConverter.GetBytes(0x00010001)).ToArray());
        Assert.IsGreaterThan(0, readable);
        BitConverter.GetBytes(0x00020007).CopyTo(key, readable);
        BitConverter.GetBytes(0x00020003).CopyTo(key, readable + sizeof(int));

        Failures.Require<InvalidDataException>(
            () => Load(), $"{loader}: expected model format 10001 or older, got 20003",
            "newer version of Microsoft.ML.Adversarial. Update the package");
    }

    [TestMethod]
    [DataRow("network.json")]
    [DataRow("network.safetensors")]
    [DataRow("bounds.json")]
    public void A_missing_part_of_a_network_is_named(string part)
    {
        _file.Remove(_file.Find(part));
        Failures.Require<InvalidDataException>(() => Load(), $"lacks its {part}", "damaged. Save it anew");
    }

    [TestMethod]
    [DataRow("network.json")]
    [DataRow("network.safetensors")]
    [DataRow("bounds.json")]
    public void A_network_that_was_changed_or_cut_is_told_by_its_checksum(string part)
    {
        var name = _file.Find(part);
        var whole = _file[name];
        foreach (var damaged in new[] { [], whole[..^1], Flip(whole, whole.Length / 2) })
        {
            _file[name] = damaged;
            Failures.Require<InvalidDataException>(() => Load(), "does not match its checksum", "Save it anew");
        }
    }

    [TestMethod]
    [DataRow("AdvNetworkMulticlass")]
    [DataRow("AdvFisherTrace")]
    [DataRow("AdvDetection")]
    [DataRow("AdvDetector")]
    [DataRow("AdvOutputDetector")]
    [DataRow("AdvAttack")]
    public void A_missing_or_cut_state_is_named(string loader)
    {
        var name = StepOf(loader) + "State.json";
        var whole = _file[name];
        foreach (var damaged in new[] { [], whole[..^1], "null"u8.ToArray(), "[]"u8.ToArray(), "{}"u8.ToArray(), [0xff, 0xfe, 0xfd] })
        {
            _file[name] = damaged;
            Failures.Require<InvalidDataException>(
                () => Load(), $"{loader}: expected a state in State.json, but ", "damaged: save it anew");
        }

        _file.Remove(name);
        Failures.Require<InvalidDataException>(() => Load(), $"{loader}: expected a state in State.json, but it is missing");
    }

    /// <summary>States that are JSON of the right form, with values that no transformer has.</summary>
    [TestMethod]
    [DataRow("AdvNetworkMulticlass", "\"BatchSize\":128", "\"BatchSize\":0")]
    [DataRow("AdvNetworkMulticlass", "\"BatchSize\":128", "\"BatchSize\":2000000000")]
    [DataRow("AdvNetworkMulticlass", "\"Count\":3", "\"Count\":4")]
    [DataRow("AdvNetworkMulticlass", "\"cherry\"", "null")]
    [DataRow("AdvNetworkMulticlass", "\"cherry\"", "\"apple\"")]
    [DataRow("AdvNetworkMulticlass", ",\"cherry\"", "")]
    [DataRow("AdvNetworkMulticlass", "\"String\"", "\"Banana\"")]
    [DataRow("AdvNetworkMulticlass", "\"String\"", "\"Single\"")]
    [DataRow("AdvNetworkMulticlass", "\"FeatureColumnName\":\"Features\"", "\"FeatureColumnName\":null")]
    [DataRow("AdvNetworkMulticlass", "\"FeatureColumnName\":\"Features\"", "\"FeatureColumnName\":\"\"")]
    [DataRow("AdvNetworkMulticlass", "\"Score\":\"Score\"", "\"Score\":\"\"")]
    [DataRow("AdvNetworkMulticlass", "\"IsBoolean\":false", "\"IsBoolean\":true")]
    [DataRow("AdvFisherTrace", "\"NetworkId\":\"", "\"NetworkId\":\"../")]
    [DataRow("AdvFisherTrace", "\"OutputColumnName\":\"FisherTrace\"", "\"OutputColumnName\":\"\"")]
    [DataRow("AdvDetection", "\"FalsePositiveRate\":0.05", "\"FalsePositiveRate\":5")]
    [DataRow("AdvDetection", "\"FalsePositiveRate\":0.05", "\"FalsePositiveRate\":\"NaN\"")]
    [DataRow("AdvDetection", "\"CleanScores\":\"", "\"CleanScores\":\"AAAAAAAA")]
    [DataRow("AdvDetection", "\"PValue\":\"PValue\"", "\"PValue\":\"\"")]
    [DataRow("AdvDetector", "\"OutputColumnName\":\"KernelDensityUncertainty\"", "\"OutputColumnName\":\"\"")]
    [DataRow("AdvDetector", "\"Name\":\"kde\"", "\"Name\":\"other\"")]
    [DataRow("AdvDetector", "\"Name\":\"kde\"", "\"Name\":null")]
    [DataRow("AdvDetector", "\"Name\":\"kde\"", "\"Name\":\"lid\"")]
    [DataRow("AdvDetector", "\"RowsPerClass\":\"12\"", "\"RowsPerClass\":\"1\"")]
    [DataRow("AdvDetector", "\"RowsPerClass\":\"12\"", "\"RowsPerClass\":null")]
    [DataRow("AdvDetector", "{\"RowsPerClass\":\"12\"}", "null")]
    [DataRow("AdvDetector", "\"Checksum\":\"", "\"Checksum\":\"0")]
    [DataRow("AdvOutputDetector", "\"Name\":\"margin\"", "\"Name\":\"kde\"")]
    [DataRow("AdvOutputDetector", "\"ScoreColumnName\":\"Score\"", "\"ScoreColumnName\":\"\"")]
    [DataRow("AdvOutputDetector", "\"ScoreValues\":1", "\"ScoreValues\":2")]
    [DataRow("AdvAttack", "\"Name\":\"pgd\"", "\"Name\":\"other\"")]
    [DataRow("AdvAttack", "\"Norm\":\"Linf\"", "\"Norm\":\"other\"")]
    [DataRow("AdvAttack", "\"Epsilon\":0.1", "\"Epsilon\":-1")]
    [DataRow("AdvAttack", "\"Epsilon\":0.1", "\"Epsilon\":\"NaN\"")]
    [DataRow("AdvAttack", "\"Steps\":\"3\"", "\"Steps\":\"-3\"")]
    [DataRow("AdvAttack", "\"Steps\":\"3\"", "\"Steps\":null")]
    [DataRow("AdvAttack", "\"Steps\":\"3\"", "\"Strides\":\"3\"")]
    [DataRow("AdvAttack", "\"Label\":\"Label\"", "\"Label\":\"\"")]
    public void A_state_that_cannot_be_is_refused(string loader, string part, string replacement)
    {
        var name = StepOf(loader) + "State.json";
        var state = Encoding.UTF8.GetString(_file[name]);
        StringAssert.Contains(state, part);
        _file[name] = Encoding.UTF8.GetBytes(state.Replace(part, replacement));

        Failures.Require<InvalidDataException>(() => Load(), "damaged");
    }

    [TestMethod]
    public void An_empty_calibration_is_refused()
    {
        var name = StepOf("AdvDetection") + "State.json";
        _file[name] = Encoding.UTF8.GetBytes(Scores().Replace(Encoding.UTF8.GetString(_file[name]), "\"CleanScores\":\"\""));
        Failures.Require<InvalidDataException>(() => Load(), "AdvDetection", "damaged");
    }

    [TestMethod]
    public void What_a_detector_learnt_is_told_by_its_checksum()
    {
        var name = _file.Find("Detector.safetensors");
        var whole = _file[name];
        foreach (var damaged in new[] { [], whole[..^1], Flip(whole, whole.Length - 3) })
        {
            _file[name] = damaged;
            Failures.Require<InvalidDataException>(() => Load(), "does not match its checksum", "Save it anew");
        }

        _file.Remove(name);
        Failures.Require<InvalidDataException>(() => Load(), "lacks its Detector.safetensors", "damaged. Save it anew");
    }

    [GeneratedRegex("\"CleanScores\":\"[^\"]*\"")]
    private static partial Regex Scores();

    private static byte[] Flip(byte[] bytes, int position)
    {
        byte[] copy = [.. bytes];
        copy[position] ^= 1;
        return copy;
    }

    private ITransformer Load() => new MLContext().Model.Load(_file.Zip(), out _);

    /// <summary>The folder of the first step with this loader, with a slash.</summary>
    private string StepOf(string loader)
    {
        var signature = Encoding.UTF8.GetBytes(loader);
        var key = _file.Names.First(
            name => name.EndsWith("Model.key", StringComparison.Ordinal) && _file[name].AsSpan().IndexOf(signature) >= 0
                && _file.Names.Contains(name[..^"Model.key".Length] + "State.json"));
        return key[..^"Model.key".Length];
    }
}
