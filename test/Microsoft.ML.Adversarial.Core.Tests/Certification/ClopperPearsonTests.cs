using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Certification;

[TestClass]
public sealed class ClopperPearsonTests
{
    [TestMethod]
    [DataRow(1, 0.05)]
    [DataRow(10, 0.001)]
    [DataRow(1_000, 0.001)]
    [DataRow(100_000, 1e-6)]
    public void OnlySuccessesAndNoneHaveClosedForms(int trials, double alpha)
    {
        double closed = Math.Pow(alpha, 1.0 / trials);
        Assert.AreEqual(closed, ClopperPearson.Lower(trials, trials, alpha), 1e-13);
        Assert.AreEqual(1 - closed, ClopperPearson.Upper(0, trials, alpha), 1e-13);
        Assert.AreEqual(0, ClopperPearson.Lower(0, trials, alpha));
        Assert.AreEqual(1, ClopperPearson.Upper(trials, trials, alpha));
    }

    [TestMethod]
    [DataRow(1, 2)]
    [DataRow(3, 7)]
    [DataRow(60, 100)]
    [DataRow(99, 100)]
    [DataRow(1, 1_000)]
    [DataRow(5_100, 10_000)]
    [DataRow(9_990, 10_000)]
    public void AtTheBoundTheTailIsAlpha(int successes, int trials)
    {
        foreach (double alpha in new[] { 0.1, 0.001, 1e-8 })
        {
            double lower = ClopperPearson.Lower(successes, trials, alpha);
            Assert.AreEqual(alpha, Tail(trials, lower, successes, trials), 1e-8 * alpha);
            double upper = ClopperPearson.Upper(successes, trials, alpha);

            // Close to 1 a Double leaves room for few digits of 1 − upper.
            double resolution = (trials - successes) * 4e-16 / (1 - upper);
            Assert.AreEqual(alpha, Tail(trials, upper, 0, successes), (1e-8 + resolution) * alpha);
            Assert.IsLessThan(upper, lower);
        }
    }

    [TestMethod]
    public void TailsOfABinomialAreSums()
    {
        foreach (double probability in new[] { 0.02, 0.5, 0.93 })
        {
            foreach (int trials in new[] { 1, 2, 19, 300, 2_000 })
            {
                for (int successes = 0; successes <= trials; successes += 1 + (trials / 20))
                {
                    double expected = Tail(trials, probability, successes, trials);
                    Assert.AreEqual(expected, IncompleteBeta.BinomialTail(successes, trials, probability), 1e-10 * expected + 1e-15);
                }
            }
        }
    }

    [TestMethod]
    public void ABoundIsWrongAtMostAsOftenAsStated()
    {
        const int trials = 40;
        const double alpha = 0.05;
        for (double probability = 0.01; probability < 1; probability += 0.03)
        {
            double lowerWrong = 0;
            double intervalWrong = 0;
            for (int successes = 0; successes <= trials; successes++)
            {
                double chance = Tail(trials, probability, successes, successes);
                lowerWrong += ClopperPearson.Lower(successes, trials, alpha) > probability ? chance : 0;
                var interval = ClopperPearson.Interval(successes, trials, alpha);
                intervalWrong += interval.Lower > probability || interval.Upper < probability ? chance : 0;
            }

            Assert.IsLessThanOrEqualTo(alpha, lowerWrong);
            Assert.IsLessThanOrEqualTo(alpha, intervalWrong);
        }
    }

    [TestMethod]
    public void ArgumentsOutOfRangeAreNamed()
    {
        Assert.Contains("trials", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ClopperPearson.Lower(0, 0, 0.1)).Message);
        Assert.Contains("from 0 to 5", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ClopperPearson.Lower(6, 5, 0.1)).Message);
        Assert.Contains("from 0 to 5", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ClopperPearson.Upper(-1, 5, 0.1)).Message);
        foreach (double alpha in new[] { 0, 1, double.NaN })
        {
            Assert.Contains("alpha", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ClopperPearson.Lower(1, 5, alpha)).Message);
        }
    }

    [TestMethod]
    public void TheNormalQuantileInvertsTheDistribution()
    {
        // Published to ten digits.
        foreach (var (probability, expected) in new[] { (0.975, 1.959963985), (0.999, 3.090232306), (0.6, 0.2533471031) })
        {
            Assert.AreEqual(expected, special.ndtri(tensor(probability)).item<double>(), 5e-10);
        }
    }

    // Σ C(n, i) pⁱ (1 − p)ⁿ⁻ⁱ for i from first to last, with logarithms of factorials that are sums.
    private static double Tail(int trials, double probability, int first, int last)
    {
        double logFactor = 0;
        double sum = 0;
        for (int i = 0; i <= last; i++)
        {
            if (i > 0)
            {
                logFactor += Math.Log((trials - i + 1.0) / i);
            }

            if (i >= first)
            {
                sum += Math.Exp(logFactor + (i * Math.Log(probability)) + ((trials - i) * Math.Log(1 - probability)));
            }
        }

        return sum;
    }
}
