namespace Microsoft.ML.Adversarial.Attacks.Cascades;

/// <summary>What a cascade found, stage by stage. Owns the tensors of <see cref="Attacked"/>.</summary>
public sealed class CascadeResult : IDisposable
{
    internal CascadeResult(AttackResult attacked, IReadOnlyList<CascadeStage> stages, RobustnessWarnings warnings, int stageCount)
    {
        Attacked = attacked;
        Stages = stages;
        Warnings = warnings;
        IsComplete = stages.Count(stage => !stage.WasCancelled) == stageCount;
        bool[] succeeded = [.. Values(attacked.Succeeded)];
        StillRobust = [.. Enumerable.Range(0, succeeded.Length).Where(row => !succeeded[row]).Select(row => (long)row)];
        CleanAccuracy = Values(attacked.SucceededBefore).Average(reached => reached ? 0.0 : 1);
        RobustAccuracy = StillRobust.Count / (double)succeeded.Length;
    }

    /// <summary>The adversarial inputs and how they fared: the originals where nothing was found.</summary>
    public AttackResult Attacked { get; }

    /// <summary>What each stage did, in the order in which they ran; a cancelled one stands before its repetition.</summary>
    public IReadOnlyList<CascadeStage> Stages { get; }

    /// <summary>What casts doubt on the result.</summary>
    public RobustnessWarnings Warnings { get; }

    /// <summary>Whether all stages ran to their end; if not, the cascade can be resumed.</summary>
    public bool IsComplete { get; }

    /// <summary>The rows that do not reach the goal, counted from 0, in rising order.</summary>
    public IReadOnlyList<long> StillRobust { get; }

    /// <summary>Share of rows that did not reach the goal before: the accuracy, for a goal of misclassification.</summary>
    public double CleanAccuracy { get; }

    /// <summary>Share of rows that do not reach the goal after all stages.</summary>
    public double RobustAccuracy { get; }

    /// <inheritdoc/>
    public void Dispose() => Attacked.Dispose();

    private static bool[] Values(TorchSharp.torch.Tensor rows)
    {
        using var onCpu = rows.cpu();
        return onCpu.data<bool>().ToArray();
    }
}
