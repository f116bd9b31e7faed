using Microsoft.ML.Adversarial.Classifiers;

namespace Microsoft.ML.Adversarial.TestData;

/// <summary>Counts how often a network computes.</summary>
internal sealed class ForwardPasses : IDisposable
{
    private readonly Action _remove;
    private int _count;

    public ForwardPasses(NetworkClassifier classifier) => _remove = classifier.Module.register_forward_hook((_, _, output) =>
    {
        Interlocked.Increment(ref _count);
        return output;
    }).remove;

    public int Count => _count;

    public void Dispose() => _remove();
}
