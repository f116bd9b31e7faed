using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>What every attack asks of its inputs, before any work is done.</summary>
internal static class AttackInputs
{
    public static void Require(IClassifier classifier, Tensor inputs, Goal goal)
    {
        if (inputs.dim() == 0 || inputs.shape[0] == 0)
        {
            throw new ArgumentException($"Expected at least one row, got inputs of shape [{string.Join(", ", inputs.shape)}].");
        }

        var features = classifier.InputShape.Aggregate(1L, (product, size) => product * size);
        var shape = inputs.shape[1..];
        if (!shape.SequenceEqual(classifier.InputShape) && !shape.SequenceEqual([features]))
        {
            throw new ArgumentException(
                $"Expected inputs of shape [N, {string.Join(", ", classifier.InputShape)}] or [N, {features}], got [{string.Join(", ", inputs.shape)}].");
        }

        if (inputs.dtype != classifier.ElementType)
        {
            throw new ArgumentException($"Expected inputs of type {classifier.ElementType}, as the classifier's parameters, got {inputs.dtype}.");
        }

        if (!classifier.Bounds.CertainlyHold(inputs))
        {
            FiniteValues.Require(inputs);
            classifier.Bounds.RequireInside(inputs);
        }

        goal.RequireFit(inputs.shape[0], classifier.ClassCount);
    }
}
