using Microsoft.ML.Adversarial.Detectors.Combinations;

namespace Microsoft.ML.Adversarial.Detectors;

[TestClass]
public sealed class ClassConditionalCalibrationTests
{
    [TestMethod]
    public void Each_class_has_its_own_calibration()
    {
        var random = new Random(1);
        var scores = DependentScores.Create(120, random);
        int[] classes = [.. Enumerable.Range(0, 120).Select(_ => random.Next(3))];
        var calibration = new ClassConditionalCalibration(scores, classes, 4, PValueCombination.Fisher);
        var single = new ClassConditionalCalibration(scores[0], classes, 4);
        Assert.AreEqual((4, 120), (calibration.ClassCount, calibration.Count));
        for (var label = 0; label < 3; label++)
        {
            var own = scores.At([.. Enumerable.Range(0, 120).Where(row => classes[row] == label)]);
            Assert.AreEqual(own[0].Length, calibration[label]!.Count);
            for (var row = 0; row < 120; row++)
            {
                Assert.AreEqual(new ConformalCombination(own, PValueCombination.Fisher).PValue(scores.At(row)), calibration.PValue(scores.At(row), label));
                Assert.AreEqual(new ConformalCalibration(own[0]).PValue(scores[0][row]), single.PValue([scores[0][row]], label));
            }
        }
    }

    [TestMethod]
    public void A_class_never_seen_is_never_flagged()
    {
        var calibration = new ClassConditionalCalibration([[1, 2, 3], [1, 2, 3]], [0, 2, 2], 3, PValueCombination.Simes);
        var pValues = new double[2];
        Assert.IsNull(calibration[1]);
        Assert.AreEqual(1, calibration.PValue([100, float.NaN], 1, pValues));
        CollectionAssert.AreEqual(new double[] { 1, 1 }, pValues);
        Assert.AreEqual(1.0 / 3, calibration.PValue([100, float.NaN], 2));
    }

    [TestMethod]
    public void Classes_that_do_not_fit_are_refused()
    {
        static ArgumentException Fails(IReadOnlyList<int> classes, int count = 2) =>
            Assert.Throws<ArgumentException>(() => _ = new ClassConditionalCalibration([1, 2], classes, count));
        Assert.Contains("Expected 2 predicted classes, one per row, got 1", Fails([0]).Message);
        Assert.Contains("Calibration row 1: expected a class from 0 to 1", Fails([0, 2]).Message);
        Assert.Contains("Calibration row 0: expected a class from 0 to 1", Fails([-1, 2]).Message);
        Assert.IsInstanceOfType<ArgumentOutOfRangeException>(Fails([0, 0], count: 0));
        Assert.Contains(
            "Expected a class from 0 to 1",
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ClassConditionalCalibration([1, 2], [0, 0], 2).PValue([1], 2)).Message);
    }
}
