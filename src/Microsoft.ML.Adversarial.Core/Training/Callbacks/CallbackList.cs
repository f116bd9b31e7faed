using System.Runtime.ExceptionServices;
using Microsoft.ML.Adversarial.Networks;

namespace Microsoft.ML.Adversarial.Training.Callbacks;

/// <summary>The callbacks of one training. What one of them throws keeps neither the others nor the training from going on.</summary>
internal sealed class CallbackList(TrainingOptions options, Network network)
{
    private readonly ITrainingCallback[] _callbacks = [.. options.Callbacks];
    private readonly int[] _everyBatches = [.. options.Callbacks.Select(Interval)];
    private readonly SortedDictionary<int, string> _failures = [];
    private readonly Dictionary<string, bool[]> _answering = [];
    private readonly TrainingSurroundings _surroundings = new(network);

    public bool IsEmpty => _callbacks.Length == 0;

    /// <summary>Tells every callback; then throws what the first failing one threw, if exceptions are to end training.</summary>
    /// <param name="happened">What they are told, for reports.</param>
    /// <param name="tell">Tells one of them.</param>
    /// <param name="mayThrow">False where another exception is on its way.</param>
    public void Tell(string happened, Action<ITrainingCallback> tell, bool mayThrow = true) => Tell(happened, tell, mayThrow, _ => true);

    /// <summary>The same of a batch, to those callbacks that want to hear of this one.</summary>
    /// <param name="happened">What they are told, for reports.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="tell">Tells one of them.</param>
    public void Tell(string happened, TrainingBatch batch, Action<ITrainingCallback> tell) =>
        Tell(happened, tell, mayThrow: true, index => batch.Number % _everyBatches[index] == 0);

    private void Tell(string happened, Action<ITrainingCallback> tell, bool mayThrow, Predicate<int> concerns)
    {
        Exception? thrown = null;
        if (!_answering.TryGetValue(happened, out var answering))
        {
            _answering[happened] = answering = Array.ConvertAll(_callbacks, callback => Answers(callback, happened));
        }

        for (var index = 0; index < _callbacks.Length; index++)
        {
            if (!answering[index] || !concerns(index))
            {
                continue;
            }

            var callback = _callbacks[index];
            try
            {
                _surroundings.Call(() => tell(callback));
            }
            catch (Exception error) when (options.RethrowCallbackExceptions && mayThrow && thrown is null)
            {
                thrown = error;
            }
            catch (Exception error)
            {
                // A callback that fails at one batch tends to fail at them all.
                _failures.TryAdd(index, $"Callback {callback.GetType().Name} failed in {happened}: {error.GetType().Name}: {error.Message}");
            }
        }

        if (thrown is not null)
        {
            ExceptionDispatchInfo.Throw(thrown);
        }
    }

    /// <summary>The first failure of each callback since this was last asked, or null.</summary>
    public string? TakeFailures()
    {
        var failures = _failures.Count > 0 ? string.Join(' ', _failures.Values) : null;
        _failures.Clear();
        return failures;
    }

    private static int Interval(ITrainingCallback callback) => callback.EveryBatches is var interval and >= 1
        ? interval
        : throw new ArgumentException($"{callback.GetType().Name}: expected {nameof(ITrainingCallback.EveryBatches)} >= 1, got {callback.EveryBatches}.");

    // What a callback leaves to the interface does nothing, and guarding that at every batch would cost as much as guarding something.
    private static bool Answers(ITrainingCallback callback, string happened)
    {
        var map = callback.GetType().GetInterfaceMap(typeof(ITrainingCallback));
        var method = Array.FindIndex(map.InterfaceMethods, one => one.Name == happened);
        return map.TargetMethods[method]?.DeclaringType != typeof(ITrainingCallback);
    }
}
