using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Cascades;

/// <summary>What can be told of a classifier before it is attacked.</summary>
internal static class ClassifierChecks
{
    private const int Rows = 250;
    private const int Passes = 5;
    private const double LargestDifference = 1e-4;
    private const double ProbabilityTolerance = 1e-5;
    private const int ClassesOfTargetedRatio = 4;

    /// <param name="context">Rows that do not reach the goal yet; grad mode is off.</param>
    public static RobustnessWarnings Of(AttackContext<IDifferentiableClassifier> context)
    {
        using var scope = NewDisposeScope();
        var inputs = context.Originals.narrow(0, 0, Math.Min(Rows, context.Originals.shape[0]));
        Tensor[] logits = [.. Enumerable.Range(0, Passes).Select(_ => context.Classifier.Logits(inputs))];
        return (Differ(logits) ? RobustnessWarnings.Randomised : 0)
            | (AreProbabilities(logits[0]) ? RobustnessWarnings.Probabilities : 0)
            | (HasZeroGradient(context) ? RobustnessWarnings.ZeroGradient : 0)
            | (ComputesGradients(context.Classifier, inputs) ? RobustnessWarnings.OptimisationAtInference : 0)
            | (context.Classifier.ClassCount < ClassesOfTargetedRatio ? RobustnessWarnings.FewClasses : 0);
    }

    // Relative to their length, or in what they predict.
    private static bool Differ(Tensor[] logits)
    {
        var lengths = stack([.. logits.Select(pass => pass / (pass.norm(1, keepdim: true) + 1e-10))]);
        var differences = (lengths.unsqueeze(0) - lengths.unsqueeze(1)).square().sum(dim: 3).sqrt();
        return differences.amax().to(ScalarType.Float64).item<double>() > LargestDifference
            || logits.Any(pass => pass.argmax(1).ne(logits[0].argmax(1)).any().item<bool>());
    }

    private static bool AreProbabilities(Tensor logits) =>
        logits.gt(-ProbabilityTolerance).all().item<bool>()
        && (logits.sum(dim: 1) - 1).abs().lt(ProbabilityTolerance).all().item<bool>();

    // At random points, as where Auto-PGD starts. The margin is never constant, unlike the DLR, which is where a row is misclassified already.
    private static bool HasZeroGradient(AttackContext<IDifferentiableClassifier> context)
    {
        var start = context.RandomStart();
        using var grad = enable_grad();
        var gradient = context.Ascent(start.requires_grad_(), AttackObjective.LogitMargin);
        return RowsOfZeros.In(gradient).Length > 0;
    }

    // Grad mode is off here: a layer whose output has a graph was called by something that turned it on.
    private static bool ComputesGradients(IClassifier classifier, Tensor inputs)
    {
        if (classifier is not NetworkClassifier network)
        {
            return classifier.Logits(inputs).requires_grad;
        }

        try
        {
            var features = network.HiddenLayers.Run(network.Logits, inputs);
            return features.Logits.requires_grad || features.Layers.Append(features.Last).Any(layer => layer.requires_grad);
        }
        catch (NotSupportedException)
        {
            return classifier.Logits(inputs).requires_grad;
        }
    }
}
