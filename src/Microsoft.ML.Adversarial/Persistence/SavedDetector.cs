using Microsoft.ML.Adversarial.Detectors;

namespace Microsoft.ML.Adversarial.Persistence;

/// <summary>A detector's settings as they come back from a file.</summary>
internal static class SavedDetector
{
    /// <summary>Throws an <see cref="ArgumentException"/> for what describes no detector.</summary>
    public static Detector Require(DetectorDescription description) => description.Settings.Values.All(text => text is not null)
        ? description.Create()
        : throw new ArgumentException("Expected a text for each setting of the detector, got none.");
}
