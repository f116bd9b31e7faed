using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Detectors;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Evaluation.Systems;

/// <summary>
/// A classifier with its detectors, as it is put to use: a row is flagged if any detector scores it above its threshold. The detectors share the
/// false-positive rate evenly (Bonferroni), so that the system holds it on clean rows that are exchangeable with the calibration rows, however
/// the detectors depend on each other; a single detector has all of it.
/// </summary>
public sealed class DetectionSystem
{
    private const int CalibrationBatch = 256;

    /// <summary>A system of detectors that were calibrated.</summary>
    /// <param name="classifier">The classifier; its owner disposes it.</param>
    /// <param name="detectors">At least one, with names of their own, that score the inputs that the classifier reads.</param>
    /// <param name="falsePositiveRate">The largest share of clean rows that the system may flag, between 0 and 1.</param>
    /// <exception cref="ArgumentException">
    /// There is no detector, two have one name, or one has too few calibration rows to flag any row at its share of the rate.
    /// </exception>
    public DetectionSystem(IClassifier classifier, IReadOnlyList<CalibratedDetector> detectors, double falsePositiveRate)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(detectors);
        ConformalCalibration.RequireRate(falsePositiveRate);
        if (detectors.Count == 0)
        {
            throw new ArgumentException("Expected at least one detector, got none.", nameof(detectors));
        }

        if (detectors.CountBy(detector => detector.Name).FirstOrDefault(pair => pair.Value > 1) is { Value: > 1 } twice)
        {
            throw new ArgumentException($"Expected a name of its own for each detector, got '{twice.Key}' twice.", nameof(detectors));
        }

        (Classifier, Detectors, FalsePositiveRate) = (classifier, [.. detectors], falsePositiveRate);
        if (detectors.FirstOrDefault(detector => detector.Calibration.SmallestPValue > RatePerDetector) is { } scarce)
        {
            throw new ArgumentException(
                $"Detector '{scarce.Name}': expected at least {ConformalCalibration.FewestRows(RatePerDetector)} calibration rows for its share, "
                + $"{RatePerDetector}, of the false-positive rate {falsePositiveRate}, got {scarce.Calibration.Count}: with fewer, no row could ever be "
                + "flagged. Give more rows, allow a higher rate or take fewer detectors.",
                nameof(detectors));
        }

        Thresholds = [.. detectors.Select(detector => detector.Calibration.Threshold(RatePerDetector))];
    }

    /// <summary>The classifier.</summary>
    public IClassifier Classifier { get; }

    /// <summary>The detectors.</summary>
    public IReadOnlyList<CalibratedDetector> Detectors { get; }

    /// <summary>The largest share of clean rows that the system may flag.</summary>
    public double FalsePositiveRate { get; }

    /// <summary>The score above which each detector flags a row, in their order; NaN is flagged too.</summary>
    public IReadOnlyList<float> Thresholds { get; }

    private double RatePerDetector => FalsePositiveRate / Detectors.Count;

    /// <summary>Calibrates detectors on clean rows.</summary>
    /// <param name="classifier">The classifier; its owner disposes it.</param>
    /// <param name="detectors">The detectors by name; their owners dispose them.</param>
    /// <param name="cleanInputs">
    /// Clean rows, shape [N, …], that neither trained the network nor are evaluated; N at least the number of detectors / the rate − 1.
    /// </param>
    /// <param name="falsePositiveRate">The largest share of clean rows that the system may flag, between 0 and 1. Default 0.01.</param>
    /// <exception cref="ArgumentException">There is no detector, there are too few rows, or a score is NaN.</exception>
    public static DetectionSystem Calibrate(
        IClassifier classifier, IReadOnlyDictionary<string, IFittedDetector> detectors, Tensor cleanInputs, double falsePositiveRate = 0.01)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(detectors);
        ArgumentNullException.ThrowIfNull(cleanInputs);
        return new(classifier, [.. detectors.Select(pair => Calibrated(pair.Key, pair.Value, cleanInputs))], falsePositiveRate);
    }

    private static CalibratedDetector Calibrated(string name, IFittedDetector detector, Tensor inputs)
    {
        using var noGrad = no_grad();
        var scores = new List<float>();
        for (var first = 0L; first < inputs.shape[0]; first += CalibrationBatch)
        {
            using var scope = NewDisposeScope();
            scores.AddRange(DetectorScore.Of(detector, inputs.narrow(0, first, Math.Min(CalibrationBatch, inputs.shape[0] - first))));
        }

        try
        {
            return new(name, detector, new(scores));
        }
        catch (ArgumentException error)
        {
            throw new ArgumentException($"Detector '{name}': {error.Message}", nameof(inputs), error);
        }
    }
}
