using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Certification;

/// <summary>What certificates ask of their inputs, before any work is done.</summary>
internal static class CertifiedInputs
{
    /// <summary>Rows in the classifier's shape [N, …]; throws unless they are inputs of the classifier, in this shape or flattened.</summary>
    public static Tensor Shaped(IClassifier classifier, Tensor inputs)
    {
        var features = classifier.InputShape.Aggregate(1L, (product, size) => product * size);
        if (inputs.dim() == 0 || (!inputs.shape[1..].SequenceEqual(classifier.InputShape) && !inputs.shape[1..].SequenceEqual([features])))
        {
            throw new ArgumentException(
                $"Expected inputs of shape [N, {string.Join(", ", classifier.InputShape)}] or [N, {features}], "
                    + $"got [{string.Join(", ", inputs.shape)}].");
        }

        return inputs.dtype == classifier.ElementType
            ? inputs.reshape([inputs.shape[0], .. classifier.InputShape])
            : throw new ArgumentException($"Expected inputs of type {classifier.ElementType}, as the classifier's parameters, got {inputs.dtype}.");
    }
}
