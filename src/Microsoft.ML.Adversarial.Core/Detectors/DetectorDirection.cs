using Microsoft.ML.Adversarial.Fisher;

namespace Microsoft.ML.Adversarial.Detectors;

internal static class DetectorDirection
{
    /// <summary>Refuses directions that need what a detector is not given.</summary>
    public static void Require(FisherDirection direction)
    {
        if (direction is LabelDirection)
        {
            throw new ArgumentException(
                "A detector sees inputs only: expected the direction of the predicted class, of a fixed class, or a random one, got that of the label. "
                    + "FisherInformation.Compute takes labels.",
                nameof(direction));
        }
    }
}
