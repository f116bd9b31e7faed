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

        ClassifierInputs.Require(classifier, inputs);
        if (!classifier.Bounds.CertainlyHold(inputs))
        {
            FiniteValues.Require(inputs);
            classifier.Bounds.RequireInside(inputs);
        }

        goal.RequireFit(inputs.shape[0], classifier.ClassCount);
    }
}
