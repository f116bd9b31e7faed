using Microsoft.ML.Adversarial.Detectors.Combinations;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>
/// Class-conditional (Mondrian) conformal p-values (Vovk, Gammerman &amp; Shafer 2005, section 4.5): one calibration per predicted class, so
/// that P(p ≤ α) ≤ α holds on the clean rows of each class and not only on average over classes, where easy classes pay for hard ones.
/// <para>
/// A class that no calibration row was predicted as has no rows to compare with: its p-value is 1, and it is never flagged. Falling back to
/// the rows of all classes would give no guarantee for that class.
/// </para>
/// </summary>
public sealed class ClassConditionalCalibration
{
    private readonly ConformalCombination?[] _classes;

    /// <summary>Calibrates on scores of clean rows of one detector.</summary>
    /// <param name="cleanScores">None NaN; higher is more suspicious.</param>
    /// <param name="predictedClasses">The class predicted for each row, from 0 to <paramref name="classCount"/> − 1.</param>
    /// <param name="classCount">The number of classes, at least 1.</param>
    public ClassConditionalCalibration(IReadOnlyList<float> cleanScores, IReadOnlyList<int> predictedClasses, int classCount)
        : this([cleanScores], predictedClasses, classCount, PValueCombination.Simes)
    {
    }

    /// <summary>Calibrates on scores of clean rows of several detectors.</summary>
    /// <param name="cleanScores">
    /// One list per detector, all of the same rows in the same order; at least one row, no NaN; higher is more suspicious.
    /// </param>
    /// <param name="predictedClasses">The class predicted for each row, from 0 to <paramref name="classCount"/> − 1.</param>
    /// <param name="classCount">The number of classes, at least 1.</param>
    /// <param name="combination">How a row's p-values become one statistic.</param>
    public ClassConditionalCalibration(
        IReadOnlyList<IReadOnlyList<float>> cleanScores, IReadOnlyList<int> predictedClasses, int classCount, PValueCombination combination)
    {
        ArgumentNullException.ThrowIfNull(predictedClasses);
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 1);
        // Checks all rows, and names them by their own numbers.
        var pooled = new ConformalCombination(cleanScores, combination);
        if (predictedClasses.Count != pooled.Count)
        {
            throw new ArgumentException(
                $"Expected {pooled.Count} predicted classes, one per row, got {predictedClasses.Count}.", nameof(predictedClasses));
        }

        for (var row = 0; row < predictedClasses.Count; row++)
        {
            if (predictedClasses[row] < 0 || predictedClasses[row] >= classCount)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(predictedClasses), predictedClasses[row], $"Calibration row {row}: expected a class from 0 to {classCount - 1}.");
            }
        }

        var rows = Enumerable.Range(0, pooled.Count).ToLookup(row => predictedClasses[row]);
        _classes = [.. Enumerable.Range(0, classCount).Select(label => rows.Contains(label)
            ? new ConformalCombination([.. cleanScores.Select(scores => rows[label].Select(row => scores[row]).ToArray())], combination)
            : null)];
    }

    /// <summary>The calibrations as they are; null for a class without rows.</summary>
    internal ClassConditionalCalibration(IReadOnlyList<ConformalCombination?> classes)
    {
        if (classes.All(calibration => calibration is null))
        {
            throw new ArgumentException("Expected at least one calibration score, got none.", nameof(classes));
        }

        _classes = [.. classes];
    }

    /// <summary>The number of classes.</summary>
    public int ClassCount => _classes.Length;

    /// <summary>The number of calibration rows of all classes.</summary>
    public int Count => _classes.Sum(calibration => calibration?.Count ?? 0);

    /// <summary>The calibration of one class, or null if no calibration row was predicted as it.</summary>
    /// <param name="predictedClass">From 0 to <see cref="ClassCount"/> − 1.</param>
    public ConformalCombination? this[int predictedClass] => predictedClass >= 0 && predictedClass < _classes.Length
        ? _classes[predictedClass]
        : throw new ArgumentOutOfRangeException(nameof(predictedClass), predictedClass, $"Expected a class from 0 to {_classes.Length - 1}.");

    /// <summary>The p-value of one row among the calibration rows of its class.</summary>
    /// <param name="scores">One score per detector. NaN in any of them gives the smallest p-value of the class.</param>
    /// <param name="predictedClass">The class predicted for the row, from 0 to <see cref="ClassCount"/> − 1.</param>
    /// <returns>1 for a class without calibration rows.</returns>
    public double PValue(ReadOnlySpan<float> scores, int predictedClass) => PValue(scores, predictedClass, new double[scores.Length]);

    /// <summary>The p-value of one row among the calibration rows of its class, and each detector's own.</summary>
    /// <param name="scores">One score per detector.</param>
    /// <param name="predictedClass">The class predicted for the row, from 0 to <see cref="ClassCount"/> − 1.</param>
    /// <param name="pValues">Takes the p-value of each detector alone.</param>
    /// <returns>1 for a class without calibration rows.</returns>
    public double PValue(ReadOnlySpan<float> scores, int predictedClass, Span<double> pValues)
    {
        if (this[predictedClass] is { } calibration)
        {
            return calibration.PValue(scores, pValues);
        }

        pValues.Fill(1);
        return 1;
    }
}
