namespace Microsoft.ML.Adversarial.Transformations;

[TestClass]
public sealed class TransformationDescriptionTests
{
    [TestMethod]
    public void EveryTransformationOfTheTableHasANameAndEveryNameATransformation() => CollectionAssert.AreEqual(
        TransformationDescription.Names.ToArray(),
        TransformationTable.All.Select(one => TransformationDescription.Of(one.Transformation).Name).Distinct().Order().ToArray());

    [TestMethod]
    public void OnlySettingsThatDifferFromTheirDefaultsAreWritten()
    {
        Assert.IsEmpty(TransformationDescription.Of(new JpegCompression()).Settings);
        CollectionAssert.AreEquivalent(
            new Dictionary<string, string> { ["Bits"] = "3", ["Range"] = "-0.5..255" },
            TransformationDescription.Of(new BitDepthReduction { Bits = 3, Range = new(-0.5, 255) }).Settings.ToDictionary());
    }

    [TestMethod]
    public void ErrorsListWhatIsKnown()
    {
        AssertRefused("blur", "Unknown transformation 'blur': expected one of bitdepth, jpeg, median, resizepad, thermometer, tvm.");
        AssertRefused("jpeg", "Transformation 'jpeg' has no setting 'Colours': expected one of Quality, Range.", ("Colours", "1"));
        AssertRefused("jpeg", "Setting 'Range': expected a value of type ValueRange, got '0-1'.", ("Range", "0-1"));
        AssertRefused("jpeg", "Expected a text for each setting of the transformation, got none.", ("Range", null!));
    }

    [TestMethod]
    public void SettingsOutOfRangeAreRefused()
    {
        AssertRefused("bitdepth", "Expected Bits >= 1 and <= 16, got 0.", ("Bits", "0"));
        AssertRefused("bitdepth", "Expected Bits >= 1 and <= 16, got 17.", ("Bits", "17"));
        AssertRefused("median", "Expected Window from 2 to 15, got 1.", ("Window", "1"));
        AssertRefused("jpeg", "Expected Quality >= 1 and <= 100, got 101.", ("Quality", "101"));
        AssertRefused("tvm", "Expected DropProbability >= 0 and < 1, got 1.", ("DropProbability", "1"));
        AssertRefused("tvm", "Expected Weight > 0 and finite, got 0.", ("Weight", "0"));
        AssertRefused("tvm", "Expected Iterations >= 1 and <= 10000, got 0.", ("Iterations", "0"));
        AssertRefused("resizepad", "Expected SmallestSize > 0 and < 1, got 1.", ("SmallestSize", "1"));
        AssertRefused("resizepad", "Expected Probability >= 0 and <= 1, got NaN.", ("Probability", "NaN"));
        AssertRefused("thermometer", "Expected Levels >= 2 and <= 256, got 1.", ("Levels", "1"));
        AssertRefused("median", "Expected upper finite and above 1, got 1.", ("Range", "1..1"));
        AssertRefused("median", "Expected lower finite, got -", ("Range", "-Infinity..1"));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new MedianSmoothing { Range = null! });
    }

    private static void AssertRefused(string name, string problem, params (string Name, string Value)[] settings) => Assert.Contains(
        problem,
        Assert.Throws<ArgumentException>(
            () => new TransformationDescription(name, settings.ToDictionary(setting => setting.Name, setting => setting.Value)).Create()).Message);
}
