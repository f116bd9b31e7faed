using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Detectors.Combinations;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>
/// Calibrates the scores of one or several detectors on clean rows. Fit it on rows that did <b>not</b> train the network: on training rows
/// the network is too sure of itself, and the false-positive guarantee breaks. Hence a second fit, as with ML.NET's calibrators. Attacked
/// rows among them raise the threshold and cost detections.
/// </summary>
public sealed class AdversarialDetectionEstimator : IEstimator<AdversarialDetectionTransformer>
{
    private readonly IHost _host;
    private readonly DetectionColumns _columns;
    private readonly PValueCombination _combination;
    private readonly double _falsePositiveRate;

    internal AdversarialDetectionEstimator(
        IHostEnvironment env, DetectionColumns columns, PValueCombination combination, double falsePositiveRate)
    {
        columns.Validate();
        ConformalCalibration.RequireRate(falsePositiveRate);
        _host = env.Register(nameof(AdversarialDetectionEstimator));
        (_columns, _combination, _falsePositiveRate) = (columns, combination, falsePositiveRate);
    }

    /// <summary>
    /// Reads the scores of clean rows. Where all scores of a detector are equal, only higher ones can be flagged; where the calibration is
    /// conditional on the predicted class, rows of a class that is not among them are never flagged. Both are logged as warnings.
    /// </summary>
    /// <param name="input">
    /// Clean rows with the score columns, none of which trained the network; at least 1 / false-positive rate − 1 of them, and as many of each
    /// predicted class if the calibration is conditional on it.
    /// </param>
    /// <returns>A transformer that adds the p-value and the flag.</returns>
    /// <exception cref="ArgumentException">A column is missing, of another type or holds NaN or a missing class, or there are too few rows.</exception>
    public AdversarialDetectionTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var calibration = DetectionCalibration.Read(input, _columns, _combination);
        calibration.RequireRows(_falsePositiveRate);
        Warn(calibration);
        return new(calibration, _columns, _falsePositiveRate);
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        DetectorScores.Require(inputSchema, _columns.Scores, nameof(AdversarialDetectionEstimator));
        if (_columns.PredictedLabel is { } label)
        {
            RequireLabel(RequiredColumn.Of(inputSchema, label, nameof(AdversarialDetectionEstimator)));
        }

        var pValue = ShapeExtensions.Scalar(_columns.PValue, NumberDataViewType.Single);
        var flag = ShapeExtensions.Scalar(_columns.Flag, BooleanDataViewType.Instance);
        return _columns.PValues is { } pValues
            ? inputSchema.With(pValue, ShapeExtensions.Vector(pValues, SlotNames()), flag)
            : inputSchema.With(pValue, flag);
    }

    private static SchemaShape.Column SlotNames() =>
        new(AnnotationUtils.Kinds.SlotNames, SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance, isKey: false);

    private static void RequireLabel(SchemaShape.Column label)
    {
        if (label.Kind != SchemaShape.Column.VectorKind.Scalar || !(label.IsKey || label.ItemType is BooleanDataViewType))
        {
            throw new ArgumentException($"Column '{label.Name}': expected a key (multiclass) or a Boolean (binary), got {label.GetTypeString()}.");
        }
    }

    private void Warn(DetectionCalibration calibration)
    {
        using var channel = _host.Start(nameof(Fit));
        for (var label = 0; label < calibration.Calibration.ClassCount; label++)
        {
            if (calibration.Calibration[label] is { } rows)
            {
                WarnOfConstants(channel, rows, calibration.Classes is null ? "" : $" of rows predicted as '{calibration.NameOf(label)}'");
            }
            else
            {
                channel.Warning(
                    MessageSensitivity.None, "No calibration row is predicted as '{0}': rows of this class will never be flagged.",
                    calibration.NameOf(label));
            }
        }
    }

    private void WarnOfConstants(IChannel channel, ConformalCombination rows, string ofClass)
    {
        for (var k = 0; k < _columns.Scores.Count; k++)
        {
            if (rows.Detectors[k].Scores is [var lowest, .., var highest] && lowest == highest)
            {
                channel.Warning(
                    MessageSensitivity.None, "Column '{0}': all {1} calibration scores{2} are {3}. Only higher ones can be flagged.",
                    _columns.Scores[k], rows.Count, ofClass, highest);
            }
        }
    }
}
