using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>A classifier that counts what is asked of it, and may change its inputs before each pass.</summary>
internal sealed class CountedPasses(IDifferentiableClassifier inner, Func<Tensor, Tensor>? before = null) : IFeatureClassifier
{
    /// <summary>Forward passes, those of gradients included.</summary>
    public long Passes { get; private set; }

    /// <summary>Rows of these passes.</summary>
    public long Rows { get; private set; }

    public IReadOnlyList<long> InputShape => inner.InputShape;

    public int ClassCount => inner.ClassCount;

    public InputBounds Bounds => inner.Bounds;

    public ScalarType ElementType => inner.ElementType;

    public Device Device => inner.Device;

    public Tensor Logits(Tensor inputs) => inner.Logits(Count(inputs));

    public (Tensor Features, Tensor Logits) FeaturesAndLogits(Tensor inputs) => ((IFeatureClassifier)inner).FeaturesAndLogits(Count(inputs));

    private Tensor Count(Tensor inputs)
    {
        Passes++;
        Rows += inputs.shape[0];
        return before is null ? inputs : before(inputs);
    }
}
