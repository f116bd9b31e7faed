using Microsoft.ML.Adversarial.Detectors.Combinations;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>
/// Over 200 random splits of clean rows into calibration and test rows, the mean false-positive rate at α = 1 % is at most 1 % and three
/// standard errors of that mean.
/// </summary>
[TestClass]
public sealed class ConformalGuaranteeTests
{
    private const int ClassCount = 3;
    private const int RowCount = 1800;
    private const int TestCount = 300;
    private const int SplitCount = 200;
    private const double Alpha = 0.01;

    // Rows of a class score alike: on average over classes the rate would hold while one class has it all.
    private static readonly int[] Classes = [.. Enumerable.Range(0, RowCount).Select(row => row % ClassCount)];
    private static readonly float[][] Scores = CreateScores();

    [TestMethod]
    public void Single() => RequireRate((calibration, test) =>
    {
        var fitted = new ConformalCalibration(calibration.Select(row => Scores[0][row]));
        return [.. test.Select(row => fitted.PValue(Scores[0][row]))];
    });

    [TestMethod]
    public void Fisher() => RequireRate(Combined(PValueCombination.Fisher));

    [TestMethod]
    public void Simes() => RequireRate(Combined(PValueCombination.Simes));

    [TestMethod]
    public void Class_conditional() => RequireRate(Conditional([Scores[0]], PValueCombination.Simes));

    [TestMethod]
    public void Class_conditional_Fisher() => RequireRate(Conditional(Scores, PValueCombination.Fisher));

    /// <summary>The contrast: pooled, the class that scores highest is flagged beyond the rate, and conditioned on it no more than that.</summary>
    [TestMethod]
    public void In_every_class_the_rate_holds_only_class_conditionally()
    {
        static bool IsHighest(int row) => Classes[row] == ClassCount - 1;
        Assert.IsGreaterThan(2 * Alpha, Rates(Combined(PValueCombination.Fisher), IsHighest).Mean);
        RequireRate(Conditional(Scores, PValueCombination.Fisher), IsHighest);
    }

    private static Func<int[], int[], double[]> Combined(PValueCombination combination) => (calibration, test) =>
    {
        var fitted = new ConformalCombination(Scores.At(calibration), combination);
        return [.. test.Select(row => fitted.PValue(Scores.At(row)))];
    };

    private static Func<int[], int[], double[]> Conditional(float[][] scores, PValueCombination combination) => (calibration, test) =>
    {
        var fitted = new ClassConditionalCalibration(scores.At(calibration), [.. calibration.Select(row => Classes[row])], ClassCount, combination);
        return [.. test.Select(row => fitted.PValue(scores.At(row), Classes[row]))];
    };

    private static void RequireRate(Func<int[], int[], double[]> pValues, Func<int, bool>? counts = null)
    {
        var (mean, error) = Rates(pValues, counts ?? (_ => true));
        Assert.IsLessThanOrEqualTo(Alpha + (3 * error), mean);
        // Nor is it met by flagging nothing.
        Assert.IsGreaterThan(Alpha / 2, mean);
    }

    private static (double Mean, double StandardError) Rates(Func<int[], int[], double[]> pValues, Func<int, bool> counts)
    {
        var random = new Random(7);
        int[] rows = [.. Enumerable.Range(0, RowCount)];
        var rates = new double[SplitCount];
        for (var split = 0; split < SplitCount; split++)
        {
            random.Shuffle(rows);
            int[] test = [.. rows[..TestCount].Where(counts)];
            rates[split] = pValues(rows[TestCount..], test).Average(p => p <= Alpha ? 1.0 : 0);
        }

        var mean = rates.Average();
        return (mean, Math.Sqrt(rates.Sum(rate => (rate - mean) * (rate - mean)) / (SplitCount - 1) / SplitCount));
    }

    private static float[][] CreateScores()
    {
        var scores = DependentScores.Create(RowCount, new Random(8));
        foreach (var detector in scores)
        {
            for (var row = 0; row < RowCount; row++)
            {
                detector[row] += 0.2f * Classes[row];
            }
        }

        return scores;
    }
}
