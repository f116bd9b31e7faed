using System.Globalization;
using Microsoft.ML.Adversarial.Training;

namespace Microsoft.ML.Adversarial.Tool.Training;

/// <summary>Tells of each epoch in a line.</summary>
internal sealed class EpochLines(TextWriter error) : IProgress<TrainingProgress>
{
    /// <summary>The last one, or null before the first has ended.</summary>
    public TrainingProgress? Last { get; private set; }

    public void Report(TrainingProgress value)
    {
        if (value.Warning is { } warning)
        {
            error.WriteLine($"warning: {warning}");
        }

        if (!value.IsAfterTraining)
        {
            Last = value;
            error.WriteLine($"epoch {value.Epoch} of {value.Epochs}: {Text(value)}");
        }
    }

    /// <summary>The numbers of an epoch.</summary>
    public static string Text(TrainingProgress epoch) => string.Create(CultureInfo.InvariantCulture, $"loss {epoch.TrainingLoss:0.####}")
        + Share("held-out accuracy", epoch.ValidationAccuracy) + Share("under PGD", epoch.RobustAccuracy);

    private static string Share(string name, double? share) =>
        share is null ? "" : string.Create(CultureInfo.InvariantCulture, $", {name} {100 * share:0.00} %");
}
