using Microsoft.ML.Adversarial.Norms;

namespace Microsoft.ML.Adversarial.Detectors;

[TestClass]
public sealed class DetectorDescriptionTests
{
    [TestMethod]
    public void EverySettingComesBack()
    {
        Detector[] detectors =
        [
            new Energy { Temperature = 2.5 },
            new GradientNorm { Norm = Norm.Lp(1.5) },
            new Mahalanobis { Shrinkage = 0.25, NoiseMagnitude = 0.001, Combination = ScoreCombination.Maximum },
            new LocalIntrinsicDimensionality { Neighbours = 7, ReferenceRows = 90, Seed = -3 },
            new KernelDensityUncertainty { Bandwidth = 0.5, RowsPerClass = 3, Samples = 0, Seed = 4 },
            new FeatureSqueezing { Bits = 0, MedianWindow = 3, NonLocalStrength = 0.02, NonLocalSearch = 13, NonLocalPatch = 5 },
        ];
        foreach (Detector detector in detectors)
        {
            DetectorDescription description = DetectorDescription.Of(detector);
            Assert.IsNotEmpty(description.Settings);
            Assert.AreEqual(detector, description.Create());
            Assert.AreEqual(
                detector,
                new DetectorDescription(
                    description.Name.ToUpperInvariant(),
                    description.Settings.ToDictionary(pair => pair.Key.ToUpperInvariant(), pair => pair.Value)).Create());
        }
    }

    [TestMethod]
    public void OnlySettingsThatDifferFromTheirDefaultsAreWritten()
    {
        DetectorDescription description = DetectorDescription.Of(new Mahalanobis { Combination = ScoreCombination.Maximum });
        Assert.AreEqual("mahalanobis", description.Name);
        CollectionAssert.AreEquivalent(new Dictionary<string, string> { ["Combination"] = "Maximum" }, description.Settings.ToDictionary());
    }

    [TestMethod]
    public void EveryDetectorOfTheTableHasANameAndEveryNameADetector() => CollectionAssert.AreEqual(
        DetectorDescription.Names.ToArray(),
        DetectorTable.All.Select(one => one.Detector).OfType<Detector>().Select(one => DetectorDescription.Of(one).Name).Distinct().Order().ToArray());

    [TestMethod]
    public void ErrorsListWhatIsKnown()
    {
        AssertRefused("oracle", "Unknown detector 'oracle': expected one of energy, entropy, gradient-norm, kde, lid, mahalanobis, margin, msp, squeezing.");
        AssertRefused("energy", "Detector 'energy' has no setting 'Heat': expected one of Temperature.", ("Heat", "1"));
        AssertRefused("energy", "Setting 'Temperature': expected a value of type Double, got 'hot'.", ("Temperature", "hot"));
        AssertRefused("lid", "Setting 'Combination': expected Sum or Maximum, got '1'.", ("Combination", "1"));
        AssertRefused("gradient-norm", "Setting 'Norm': expected a value of type Norm, got 'L0.5'.", ("Norm", "L0.5"));
    }

    [TestMethod]
    public void SettingsOutOfRangeAreRefused()
    {
        AssertRefused("energy", "Expected Temperature > 0 and finite, got 0.", ("Temperature", "0"));
        AssertRefused("gradient-norm", "Expected Norm of order >= 1, got L0.", ("Norm", "L0"));
        AssertRefused("mahalanobis", "Expected Shrinkage > 0 and <= 1, got 0.", ("Shrinkage", "0"));
        AssertRefused("mahalanobis", "Expected NoiseMagnitude >= 0 and finite, got NaN.", ("NoiseMagnitude", "NaN"));
        AssertRefused("lid", "Expected Neighbours >= 2, got 1.", ("Neighbours", "1"));
        AssertRefused("lid", "Expected ReferenceRows >= 3, got 2.", ("ReferenceRows", "2"));
        AssertRefused("kde", "Expected Bandwidth > 0 and finite, got 0.", ("Bandwidth", "0"));
        AssertRefused("kde", "Expected RowsPerClass >= 2, got 1.", ("RowsPerClass", "1"));
        AssertRefused("kde", "Expected Samples 0 or >= 2, got 1.", ("Samples", "1"));
        AssertRefused("squeezing", "Expected Bits >= 0 and <= 16, got 17.", ("Bits", "17"));
        AssertRefused("squeezing", "Expected MedianWindow 0 or from 2 to 15, got 1.", ("MedianWindow", "1"));
        AssertRefused("squeezing", "Expected NonLocalSearch odd, from 3 to 51, got 4.", ("NonLocalSearch", "4"));
        AssertRefused("squeezing", "Expected NonLocalPatch odd, from 1 to 25, got 2.", ("NonLocalPatch", "2"));
        AssertRefused("squeezing", "Expected NonLocalStrength >= 0 and finite, got -1.", ("NonLocalStrength", "-1"));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new Mahalanobis { Combination = (ScoreCombination)7 });
    }

    private static void AssertRefused(string name, string problem, params (string Name, string Value)[] settings) => Assert.Contains(
        problem,
        Assert.Throws<ArgumentException>(
            () => new DetectorDescription(name, settings.ToDictionary(setting => setting.Name, setting => setting.Value)).Create()).Message);
}
