using Microsoft.ML.Adversarial.Networks;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Classifiers;

/// <summary>The check that rows have the shape and type that a classifier takes.</summary>
internal static class ClassifierInputs
{
    /// <summary>Throws unless inputs are [N, …input shape], or flat, and of the classifier's type.</summary>
    public static void Require(IClassifier classifier, Tensor inputs)
    {
        var features = TensorShape.ElementCount(classifier.InputShape);
        if (inputs.dim() == 0 || (!inputs.shape[1..].SequenceEqual(classifier.InputShape) && !inputs.shape[1..].SequenceEqual([features])))
        {
            throw new ArgumentException(
                $"Expected inputs of shape [N, {string.Join(", ", classifier.InputShape)}] or [N, {features}], got [{string.Join(", ", inputs.shape)}].");
        }

        if (inputs.dtype != classifier.ElementType)
        {
            throw new ArgumentException($"Expected inputs of type {classifier.ElementType}, as the classifier's parameters, got {inputs.dtype}.");
        }
    }

    /// <summary>Rows in the classifier's shape [N, …]; throws unless they are inputs of the classifier, in this shape or flattened.</summary>
    public static Tensor Shaped(IClassifier classifier, Tensor inputs)
    {
        Require(classifier, inputs);
        return inputs.reshape([inputs.shape[0], .. classifier.InputShape]);
    }

    /// <summary>Throws for the first of labels [N] that is not one of the classes; names its row.</summary>
    public static void RequireClasses(Tensor labels, int classCount)
    {
        using var scope = NewDisposeScope();
        var impossible = labels.less(0).logical_or_(labels.greater_equal(classCount)).nonzero();
        if (impossible.shape[0] > 0)
        {
            var row = impossible[0, 0].item<long>();
            throw new AdversarialInputException(row, null, $"expected a label between 0 and {classCount - 1}, got {labels[row].item<long>()}.");
        }
    }
}
