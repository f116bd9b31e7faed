using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Evaluation.Diagnostics;

/// <summary>The rows that diagnostics look at, and what they belong to.</summary>
internal sealed class ProbeSubject(
    IClassifier classifier, AttackSuite suite, IReadOnlyList<SuiteAttack> attacks, Tensor inputs, Tensor labels, AttackRun run)
{
    private DescentPath? _path;

    public IClassifier Classifier => classifier;

    /// <summary>The classifier, if it has gradients.</summary>
    public IDifferentiableClassifier? Differentiable => classifier as IDifferentiableClassifier;

    public AttackSuite Suite => suite;

    public IReadOnlyList<SuiteAttack> Attacks => attacks;

    /// <summary>Shape [N, …].</summary>
    public Tensor Inputs => inputs;

    /// <summary>Shape [N].</summary>
    public Tensor Labels => labels;

    public AttackRun Run => run;

    public int Count => (int)inputs.size(0);

    /// <summary>Which rows are right unperturbed.</summary>
    public bool[] Correct { get; } = [.. classifier.Logits(inputs).argmax(1).eq(labels).cpu().data<bool>()];

    /// <summary>What PGD does within the suite's budget, step by step.</summary>
    public DescentPath Path => _path ??= DescentPath.Of(this);

    /// <summary>A budget beyond which nothing is left to change: the size of the whole range; null where it has no end.</summary>
    public double? FullRange
    {
        get
        {
            var (lower, upper) = (classifier.Bounds.Lower, classifier.Bounds.Upper);
            if (lower.Concat(upper).Any(bound => !float.IsFinite(bound)))
            {
                return null;
            }

            var features = inputs[0].numel();
            using var widths = lower.Count == 1
                ? full([1, features], upper[0] - lower[0])
                : tensor(lower.Zip(upper, (low, high) => high - low).ToArray()).unsqueeze(0);
            using var size = suite.Norm.Measure(widths);
            return size.to(ScalarType.Float64).item<double>();
        }
    }

    /// <summary>Which rows are right after an attack.</summary>
    public bool[] RightAfter(Attack attack)
    {
        using var result = (attack with { Constraints = suite.Constraints }).Run(classifier, inputs, Goal.Misclassify(labels), run);
        return [.. result.Succeeded.logical_not().cpu().data<bool>()];
    }

    public Diagnostic NotChecked(DiagnosticKind kind) =>
        new(kind, DiagnosticOutcome.NotChecked, null, $"{classifier.GetType().Name} gives no gradients.");
}
