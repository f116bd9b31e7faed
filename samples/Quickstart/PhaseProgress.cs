using Microsoft.ML.Adversarial.Training;

namespace Quickstart;

/// <summary>Tells how far a phase is. (Progress&lt;T&gt; would tell it later, on another thread.)</summary>
internal sealed class PhaseProgress(Action<double> showShare, Action<string> showDetail) : IProgress<TrainingProgress>
{
    /// <summary>Called by the trainer after every epoch.</summary>
    public void Report(TrainingProgress value)
    {
        showDetail($"epoch {value.Epoch} of {value.Epochs}, loss {value.TrainingLoss:F4}");
        showShare((double)value.Epoch / value.Epochs);
    }

    /// <summary>The same rows; the share that has been read is shown.</summary>
    public IEnumerable<T> Count<T>(IEnumerable<T> rows, int total)
    {
        int done = 0;
        foreach (T row in rows)
        {
            yield return row;
            showShare((double)++done / total);
        }
    }
}
