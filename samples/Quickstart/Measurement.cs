namespace Quickstart;

/// <summary>What one pass over scored rows showed.</summary>
internal sealed class Measurement
{
    private readonly List<float> _fisherTraces = [];
    private int _right;
    private int _flagged;
    private int _flaggedWrong;
    private double _confidence;
    private double _l2;
    private double _lInfinity;

    private Measurement(string name, double epsilon) => (Name, Epsilon) = (name, epsilon);

    public string Name { get; }

    public double Epsilon { get; }

    public int Count => _fisherTraces.Count;

    /// <summary>Share of rows whose digit is predicted right.</summary>
    public double Accuracy => (double)_right / Count;

    /// <summary>Mean probability of the predicted digit.</summary>
    public double MeanConfidence => _confidence / Count;

    /// <summary>Mean Euclidean length of the change, in pixel values from 0 to 1.</summary>
    public double MeanL2 => _l2 / Count;

    /// <summary>Mean largest change of a pixel.</summary>
    public double MeanLInfinity => _lInfinity / Count;

    /// <summary>Share of rows that are flagged: the false-positive rate of clean rows, the true-positive rate of attacked ones.</summary>
    public double FlagRate => (double)_flagged / Count;

    /// <summary>Share of the rows predicted wrong that the detector flags; NaN where there are none.</summary>
    public double FlagRateOfWrong => (double)_flaggedWrong / (Count - _right);

    public IReadOnlyList<float> FisherTraces => _fisherTraces;

    /// <summary>The first row of each digit, or null where there was none.</summary>
    public ScoredRow?[] Examples { get; } = new ScoredRow?[Mnist.Digits];

    public static Measurement Of(string name, double epsilon, IEnumerable<ScoredRow> rows)
    {
        var measurement = new Measurement(name, epsilon);
        foreach (ScoredRow row in rows)
            measurement.Add(row);
        return measurement;
    }

    private void Add(ScoredRow row)
    {
        _fisherTraces.Add(row.FisherTrace);
        _right += row.IsRight ? 1 : 0;
        _flagged += row.IsAdversarial ? 1 : 0;
        _flaggedWrong += row.IsAdversarial && !row.IsRight ? 1 : 0;
        _confidence += row.Probability;
        Examples[row.Digit] ??= row.Copy();
        if (row is AttackedRow attacked)
            AddSize(attacked);
    }

    private void AddSize(AttackedRow row)
    {
        double squares = 0;
        double largest = 0;
        for (int i = 0; i < Mnist.Pixels; i++)
        {
            double change = Math.Abs(row.AdversarialFeatures[i] - row.CleanFeatures[i]);
            squares += change * change;
            largest = Math.Max(largest, change);
        }

        _l2 += Math.Sqrt(squares);
        _lInfinity += largest;
    }
}
