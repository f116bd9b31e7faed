using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>How the cells of a score column become logits.</summary>
/// <param name="ClassCount">Number of classes; 2 for a column of single numbers.</param>
/// <param name="IsScalar">Whether a cell is one number, of the class true.</param>
/// <param name="Values">What the numbers are.</param>
internal sealed record OutputLogits(int ClassCount, bool IsScalar, ScoreValues Values)
{
    private const double SumTolerance = 1e-3;

    private bool HasOffset => !IsScalar && Values == ScoreValues.Logits;

    /// <summary>The number of values in a cell.</summary>
    public int Length => IsScalar ? 1 : ClassCount;

    /// <summary>The classes of a score column; throws for a column of another type.</summary>
    public static OutputLogits Of(DataViewSchema.Column column, ScoreValues values) => column.Type switch
    {
        VectorDataViewType { Size: > 1 } vector when vector.ItemType == NumberDataViewType.Single => new(vector.Size, false, values),
        NumberDataViewType number when number == NumberDataViewType.Single => new(2, true, values),
        _ => throw Refused(column.Name, column.Type.ToString()!),
    };

    public static ArgumentException Refused(string name, string got) =>
        new($"Column '{name}': expected the scores of a classifier, a vector of at least 2 Single or one Single, got {got}.");

    /// <summary>Throws unless the detector can do with what the column holds.</summary>
    public OutputLogits RequireFit(LogitDetector detector, string columnName) => !detector.DependsOnOffset || HasOffset
        ? this
        : throw new ArgumentException(
            $"Column '{columnName}': {detector.GetType().Name} depends on the common offset of a row's logits, which {(IsScalar ? "a single score" : "probabilities")} cannot tell. Name a column of logits, such as the Logits column of a NeuralNetwork step, or take another detector.");

    /// <summary>Whether a cell looks like probabilities of all classes.</summary>
    public static bool AreProbabilities(ReadOnlySpan<float> cell)
    {
        var sum = 0.0;
        foreach (var value in cell)
        {
            if (!(value >= 0))
            {
                return false;
            }

            sum += value;
        }

        return Math.Abs(sum - 1) <= SumTolerance;
    }

    /// <summary>Writes the logits of one cell; throws for a cell that holds something else, naming its row.</summary>
    public void Read(ReadOnlySpan<float> cell, Span<double> logits, string columnName, long position)
    {
        if (Values == ScoreValues.Probabilities && !(IsScalar ? cell[0] is >= 0 and <= 1 : AreProbabilities(cell)))
        {
            throw Wrong(columnName, position, IsScalar ? "a probability" : "probabilities that add up to 1", cell);
        }

        if (Values == ScoreValues.Logits && !AreLogits(cell))
        {
            throw Wrong(columnName, position, "numbers, finite but for −∞ of impossible classes", cell);
        }

        if (IsScalar)
        {
            (logits[0], logits[1]) = Values == ScoreValues.Probabilities ? (LogOf(1.0 - cell[0]), LogOf(cell[0])) : (0, cell[0]);
            return;
        }

        for (var index = 0; index < cell.Length; index++)
        {
            logits[index] = Values == ScoreValues.Probabilities ? LogOf(cell[index]) : cell[index];
        }
    }

    // A probability of 0 has been rounded: it counts as the smallest Single, so that scores stay finite.
    private static double LogOf(double probability) => Math.Log(Math.Max(probability, float.Epsilon));

    // −∞ is the logit of an impossible class; one class must be possible.
    private static bool AreLogits(ReadOnlySpan<float> cell)
    {
        var largest = float.NegativeInfinity;
        foreach (var value in cell)
        {
            if (!(value < float.PositiveInfinity))
            {
                return false;
            }

            largest = Math.Max(largest, value);
        }

        return float.IsFinite(largest);
    }

    private static InvalidOperationException Wrong(string columnName, long position, string expected, ReadOnlySpan<float> cell) => new(
        $"Row {position}, column '{columnName}': expected {expected}, got {string.Join(", ", cell[..Math.Min(cell.Length, 10)].ToArray())}. Drop this row, or say what the column holds when making the step.");
}
