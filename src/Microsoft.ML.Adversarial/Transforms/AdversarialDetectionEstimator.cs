using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>
/// Calibrates a detector's score on clean rows. Fit it on rows that did <b>not</b> train the network: on training rows the network is too
/// sure of itself, and the false-positive guarantee breaks. Hence a second fit, as with ML.NET's calibrators.
/// </summary>
public sealed class AdversarialDetectionEstimator : IEstimator<AdversarialDetectionTransformer>
{
    private readonly DetectionColumns _columns;
    private readonly double _falsePositiveRate;

    internal AdversarialDetectionEstimator(DetectionColumns columns, double falsePositiveRate)
    {
        RequireRate(falsePositiveRate);
        _columns = columns;
        _falsePositiveRate = falsePositiveRate;
    }

    internal static void RequireRate(double falsePositiveRate)
    {
        if (!(falsePositiveRate is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(falsePositiveRate), falsePositiveRate, "Expected a false-positive rate between 0 and 1, such as 0.01.");
        }
    }

    /// <summary>Reads the scores of clean rows.</summary>
    /// <param name="input">Clean rows with the score column, none of which trained the network; at least 1 / false-positive rate − 1 of them.</param>
    /// <returns>A transformer that adds the p-value and the flag.</returns>
    /// <exception cref="ArgumentException">The score column is missing, is no Single or holds NaN, or there are too few rows.</exception>
    public AdversarialDetectionTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var score = RequiredColumn.Of(input.Schema, _columns.Score, nameof(AdversarialDetectionEstimator));
        if (score.Type != NumberDataViewType.Single)
        {
            throw new ArgumentException($"Column '{score.Name}': expected a Single, one score a row, got {score.Type}.");
        }

        var calibration = new ConformalCalibration(input.GetColumn<float>(score));
        return calibration.SmallestPValue <= _falsePositiveRate
            ? new(calibration, _columns, _falsePositiveRate)
            : throw new ArgumentException(
                $"Expected at least {Math.Ceiling(1 / _falsePositiveRate) - 1} calibration rows for a false-positive rate of {_falsePositiveRate}, got {calibration.Count}: with fewer, no row could ever be flagged. Give more rows or allow a higher rate.");
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        var score = RequiredColumn.Of(inputSchema, _columns.Score, nameof(AdversarialDetectionEstimator));
        return score is { Kind: SchemaShape.Column.VectorKind.Scalar, IsKey: false } && score.ItemType == NumberDataViewType.Single
            ? inputSchema.With(
                ShapeExtensions.Scalar(_columns.PValue, NumberDataViewType.Single),
                ShapeExtensions.Scalar(_columns.Flag, BooleanDataViewType.Instance))
            : throw new ArgumentException($"Column '{score.Name}': expected a Single, one score a row, got {score.GetTypeString()}.");
    }
}
