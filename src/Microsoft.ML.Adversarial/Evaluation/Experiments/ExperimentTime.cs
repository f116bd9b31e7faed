using System.Diagnostics;

namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>
/// When an experiment ends early: by its caller, or because its time is up. The timer tells those who wait, but may be late where all of the process's threads
/// are busy; the clock is therefore asked as well.
/// </summary>
internal sealed class ExperimentTime : IDisposable
{
    private readonly TimeSpan? _limit;
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly CancellationTokenSource _ending;

    public ExperimentTime(TimeSpan? limit, params CancellationToken[] cancellations)
    {
        (_limit, _ending) = (limit, CancellationTokenSource.CreateLinkedTokenSource(cancellations));
        _ending.CancelAfter(limit ?? Timeout.InfiniteTimeSpan);
    }

    /// <summary>Cancelled when the experiment is to end.</summary>
    public CancellationToken Ending => _ending.Token;

    /// <exception cref="OperationCanceledException">The experiment is to end.</exception>
    public void ThrowIfOver()
    {
        if (_watch.Elapsed >= _limit)
        {
            _ending.Cancel();
        }

        Ending.ThrowIfCancellationRequested();
    }

    public void Dispose() => _ending.Dispose();
}
