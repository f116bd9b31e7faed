namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>Hears of every trial at once; <see cref="Progress{T}"/> would tell later, on another thread.</summary>
internal sealed class TrialList(Action<RobustnessTrial>? then = null) : IProgress<RobustnessTrial>
{
    public List<RobustnessTrial> Trials { get; } = [];

    public void Report(RobustnessTrial value)
    {
        Trials.Add(value);
        then?.Invoke(value);
    }
}
