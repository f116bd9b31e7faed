using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Transforms;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Evaluation.Systems;

/// <summary>The network of a fitted chain with the detectors whose scores the chain adds.</summary>
internal static class SystemOfModel
{
    private const string Step = "EvaluateRobustDetection";

    /// <summary>Whether any step of a chain adds a detector's score, one that can be evaluated or not.</summary>
    public static bool HasDetectors(ITransformer model) => ClassifierOfModel.Steps(model).Any(
        step => step is OutputDetectorTransformer || (step is IDetectorTransformer detector && detector.Detectors.Any()));

    /// <summary>Throws where a chain adds scores of detectors that would have no part in its evaluation.</summary>
    /// <exception cref="ArgumentException">A detector reads other values than the network of the chain.</exception>
    public static void RequireAllEvaluated(ITransformer model)
    {
        var features = ClassifierOfModel.HasNetwork(model) ? ClassifierOfModel.Find(model, Step).FeatureColumnName : null;
        var spared = ClassifierOfModel.Steps(model).Select(step => step switch
        {
            OutputDetectorTransformer scores => $"'{scores.OutputColumnName}', which reads '{scores.ScoreColumnName}'",
            IDetectorTransformer detector when detector.FeatureColumnName != features && detector.Detectors.Any() =>
                $"'{detector.Detectors.First().Key}', which reads '{detector.FeatureColumnName}'",
            _ => null,
        }).OfType<string>().FirstOrDefault();
        if (spared is not null)
        {
            throw new ArgumentException(
                $"{Step}: expected detectors that read what the network of the chain reads, got {spared}. "
                + "Take it out, or put it on the network, by DetectorScore say.");
        }
    }

    /// <summary>Finds the detectors and calibrates them on the scores that the chain gives clean rows.</summary>
    /// <exception cref="ArgumentException">The chain has no network, or one behind input transformations, or no detector of it.</exception>
    public static DetectionSystem Of(ITransformer model, IDataView calibrationRows, double falsePositiveRate)
    {
        var classifier = ClassifierOfModel.FindWithTransformations(model, Step);
        if (classifier.Transformations.Count > 0)
        {
            throw new ArgumentException(
                $"{Step}: expected a network that reads its features as they are attacked, got one behind {classifier.Transformations.Count} input "
                + "transformations, which the gradients of detectors do not go through. Evaluate the network without them, or the chain by EvaluateRobustness.");
        }

        KeyValuePair<string, IFittedDetector>[] detectors =
        [
            .. ClassifierOfModel.Steps(model).OfType<IDetectorTransformer>()
                .Where(step => step.FeatureColumnName == classifier.FeatureColumnName).SelectMany(step => step.Detectors),
        ];
        if (detectors.Length == 0)
        {
            throw new ArgumentException(
                $"{Step}: expected a chain with detectors that read '{classifier.FeatureColumnName}', as its network does, got none. Append FisherTrace, "
                + "FisherInformation or DetectorScore on the model, or pass detectors.");
        }

        var scores = EvaluatedRows.Read(
            "calibration rows", model.Transform(calibrationRows), [.. detectors.Select(detector => detector.Key)], flagColumnName: null, succeededColumnName: null);
        return new(
            classifier.Classifier,
            [.. detectors.Select((detector, index) => new CalibratedDetector(detector.Key, detector.Value, CalibrationOf(detector.Key, scores.Scores[index])))],
            falsePositiveRate);
    }

    /// <summary>The chain with more detectors on its network, fitted on reference rows.</summary>
    public static ITransformer With(ITransformer model, IReadOnlyList<Detector> detectors, IDataView referenceRows, string labelColumnName)
    {
        var classifier = ClassifierOfModel.Find(model, Step);
        var scored = model.Transform(referenceRows);
        return detectors.Aggregate(model, (chain, detector) => new TransformerChain<ITransformer>(
            chain, new DetectorEstimator(detector, detector.GetType().Name, labelColumnName, NetworkSource.Of(classifier, Step)).Fit(scored)));
    }

    private static ConformalCalibration CalibrationOf(string column, List<float> scores)
    {
        if (scores.IndexOf(float.NaN) is >= 0 and var row)
        {
            throw new ArgumentException($"Calibration row {row}, column '{column}': expected a score, got NaN. Mend or drop this row.");
        }

        return scores.Count > 0 ? new(scores) : throw new ArgumentException("Expected at least one calibration row, got none.");
    }
}
