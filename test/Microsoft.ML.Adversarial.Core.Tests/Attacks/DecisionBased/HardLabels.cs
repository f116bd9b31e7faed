using Microsoft.ML.Adversarial.Classifiers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.DecisionBased;

/// <summary>A classifier that tells the predicted class and nothing else: its logits are 1 for that class and 0 for the others.</summary>
internal sealed class HardLabels(IClassifier inner) : IClassifier
{
    public IReadOnlyList<long> InputShape => inner.InputShape;

    public int ClassCount => inner.ClassCount;

    public InputBounds Bounds => inner.Bounds;

    public ScalarType ElementType => inner.ElementType;

    public Device Device => inner.Device;

    public Tensor Logits(Tensor inputs)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor classes = inner.Logits(inputs).argmax(1);
        return nn.functional.one_hot(classes, ClassCount).to(ElementType).MoveToOuterDisposeScope();
    }
}
