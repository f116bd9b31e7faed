namespace Microsoft.ML.Adversarial.Evaluation;

[TestClass]
public sealed class McNemarTestTests
{
    [TestMethod]
    public void ThePValueIsThatOfCoinFlips()
    {
        for (int first = 0; first <= 12; first++)
        {
            for (int second = 0; second <= 12; second++)
            {
                Assert.AreEqual(ByCounting(first, second), McNemarTest.PValue(first, second), 1e-12, $"{first}, {second}");
            }
        }
    }

    [TestMethod]
    public void ManyRowsDoNotOverflow()
    {
        Assert.AreEqual(1, McNemarTest.PValue(50_000, 50_000), 1e-12);
        Assert.IsLessThan(1e-200, McNemarTest.PValue(40_000, 60_000));
    }

    // All 2^n ways in which n rows can go, of which those at least as uneven count.
    private static double ByCounting(int first, int second)
    {
        int all = first + second;
        int unevenness = Math.Abs(first - second);
        double ways = 0;
        double choose = 1;
        for (int heads = 0; heads <= all; heads++)
        {
            ways += Math.Abs(heads - (all - heads)) >= unevenness ? choose : 0;
            choose = choose * (all - heads) / (heads + 1);
        }

        return ways / Math.Pow(2, all);
    }
}
