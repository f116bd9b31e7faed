namespace Microsoft.ML.Adversarial.Training;

/// <summary>Training ended with a loss that is no number, before any epoch was complete.</summary>
public sealed class TrainingDivergedException : InvalidOperationException
{
    internal TrainingDivergedException(int epoch, long step, double loss)
        : base($"Epoch {epoch}, step {step}: expected a finite loss, got {loss}. Lower the learning rate, or scale the features: put normalisation into the network.")
    {
        Epoch = epoch;
        Step = step;
    }

    /// <summary>The epoch, from 1.</summary>
    public int Epoch { get; }

    /// <summary>The step within the epoch, from 1.</summary>
    public long Step { get; }
}
