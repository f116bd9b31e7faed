using System.Globalization;

namespace Microsoft.ML.Adversarial.Evaluation.Reports.Charts;

/// <summary>
/// Scores of clean and attacked rows, counted in bins of the same width, or of the same ratio where positive scores span decades.
/// </summary>
internal sealed class ScoreHistogram
{
    private const int BinCount = 40;
    private const double Tail = 0.005;
    private const double ManyDecades = 500;

    private ScoreHistogram(double lower, double upper, bool isLogarithmic, double[] clean, double[] attacked, int withoutPlace) =>
        (Lower, Upper, IsLogarithmic, Clean, Attacked, WithoutPlace) = (lower, upper, isLogarithmic, clean, attacked, withoutPlace);

    public double Lower { get; }

    public double Upper { get; }

    public bool IsLogarithmic { get; }

    /// <summary>The share of clean rows in each bin. Scores beyond the ends are in the last bins.</summary>
    public IReadOnlyList<double> Clean { get; }

    /// <summary>The share of attacked rows in each bin.</summary>
    public IReadOnlyList<double> Attacked { get; }

    /// <summary>How many scores are NaN, which no bin holds.</summary>
    public int WithoutPlace { get; }

    /// <summary>The histogram, or null if no score is finite.</summary>
    public static ScoreHistogram? Of(IReadOnlyList<float> clean, IReadOnlyList<float> attacked)
    {
        double[] finite = [.. clean.Concat(attacked).Where(float.IsFinite).Select(score => (double)score).Order()];
        if (finite.Length == 0)
        {
            return null;
        }

        // One far score would leave all others in one bin.
        var (lower, upper) = (finite[(int)(Tail * (finite.Length - 1))], finite[(int)Math.Ceiling((1 - Tail) * (finite.Length - 1))]);
        var isLogarithmic = finite[0] > 0 && upper / lower > ManyDecades;
        if (upper <= lower)
        {
            var margin = Math.Max(Math.Abs(lower), 1e-6) / 2;
            (lower, upper) = (lower - margin, upper + margin);
        }

        return new(
            lower, upper, isLogarithmic, Shares(clean), Shares(attacked), clean.Concat(attacked).Count(float.IsNaN));

        double[] Shares(IReadOnlyList<float> scores)
        {
            var bins = new double[BinCount];
            foreach (var score in scores)
            {
                if (!float.IsNaN(score))
                {
                    bins[Bin(score)] += 1.0 / scores.Count;
                }
            }

            return bins;
        }

        int Bin(double score)
        {
            var place = isLogarithmic
                ? Math.Log(Math.Max(score, lower) / lower) / Math.Log(upper / lower)
                : (score - lower) / (upper - lower);
            return (int)Math.Clamp(Math.Floor(place * BinCount), 0, BinCount - 1);
        }
    }

    /// <summary>Whether a score has a place between the ends.</summary>
    public bool Shows(double score) => score >= Lower && score <= Upper;

    /// <summary>The edge of a bin, from 0 to the number of bins.</summary>
    public double Edge(int index) => IsLogarithmic
        ? Lower * Math.Pow(Upper / Lower, (double)index / BinCount)
        : Lower + ((Upper - Lower) * index / BinCount);

    /// <summary>The outline of bins, from the axis and back to it.</summary>
    public IReadOnlyList<(double X, double Y)> Outline(IReadOnlyList<double> shares) =>
    [
        (Edge(0), 0), .. shares.SelectMany((share, bin) => new[] { (Edge(bin), share), (Edge(bin + 1), share) }), (Edge(shares.Count), 0),
    ];

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Lower}..{Upper}");
}
