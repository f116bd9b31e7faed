using Microsoft.ML.Adversarial.Detectors;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>A transformer that adds scores of detectors, which evaluations find in a chain.</summary>
internal interface IDetectorTransformer
{
    /// <summary>The column of feature vectors that is read.</summary>
    string FeatureColumnName { get; }

    /// <summary>The detectors behind its columns of single scores, by the column's name.</summary>
    IEnumerable<KeyValuePair<string, IFittedDetector>> Detectors { get; }
}
