namespace Microsoft.ML.Adversarial.Detectors.Combinations;

[TestClass]
public sealed class PValueCombinationTests
{
    private static IEnumerable<object[]> All => [[PValueCombination.Fisher], [PValueCombination.Simes]];

    /// <summary>By hand: −2 ln(0.01 · 0.2 · 0.5) = −2 ln 0.001; min(3 · 0.01, 3 / 2 · 0.2, 0.5) = 0.03.</summary>
    [TestMethod]
    public void Statistics_are_those_of_the_papers()
    {
        double[] pValues = [0.2, 0.01, 0.5];
        Assert.AreEqual(13.815510557964274, PValueCombination.Fisher.Statistic(pValues), 1e-13);
        Assert.AreEqual(-0.03, PValueCombination.Simes.Statistic(pValues), 1e-15);
        // Here the second smallest decides: 2 / 2 · 0.06 < 2 · 0.05.
        Assert.AreEqual(-0.06, PValueCombination.Simes.Statistic([0.06, 0.05]), 1e-15);
    }

    [TestMethod]
    [DynamicData(nameof(All))]
    public void Lowering_a_p_value_never_lowers_the_statistic(PValueCombination combination)
    {
        var random = new Random(1);
        for (var round = 0; round < 1000; round++)
        {
            var pValues = Enumerable.Range(0, random.Next(1, 80)).Select(_ => 1 - random.NextDouble()).ToArray();
            var before = combination.Statistic(pValues);
            pValues[random.Next(pValues.Length)] *= 1 - random.NextDouble();
            Assert.IsGreaterThanOrEqualTo(before, combination.Statistic(pValues));
        }
    }

    [TestMethod]
    [DynamicData(nameof(All))]
    public void The_name_reads_back(PValueCombination combination)
    {
        Assert.AreEqual(combination, PValueCombination.Parse(combination.Name));
        Assert.AreEqual(combination, PValueCombination.Parse($" {combination.Name.ToUpperInvariant()} "));
    }

    [TestMethod]
    public void What_is_none_is_refused()
    {
        Assert.Contains("expected Fisher or Simes", Assert.ThrowsExactly<FormatException>(() => PValueCombination.Parse("Stouffer")).Message);
        Assert.ThrowsExactly<ArgumentException>(() => PValueCombination.Fisher.Statistic([]));
        foreach (var wrong in new[] { 0, -0.1, 1.1, double.NaN })
        {
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => PValueCombination.Simes.Statistic([0.5, wrong]));
        }
    }
}
