using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>A classifier with other logits.</summary>
/// <param name="inner">The classifier.</param>
/// <param name="alter">From inputs and their logits to other ones.</param>
internal sealed class AlteredClassifier(IClassifier inner, Func<Tensor, Tensor, Tensor> alter) : IDifferentiableClassifier
{
    public IReadOnlyList<long> InputShape => inner.InputShape;

    public int ClassCount => inner.ClassCount;

    public InputBounds Bounds => inner.Bounds;

    public ScalarType ElementType => inner.ElementType;

    public Device Device => inner.Device;

    public Tensor Logits(Tensor inputs) => alter(inputs, inner.Logits(inputs));
}
