using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Evaluation.Diagnostics;

/// <summary>What projected gradient descent on the cross-entropy does to each row, step by step.</summary>
/// <param name="Margins">By how much the strongest wrong class leads, [steps + 1][rows]; the last is what the attack returns.</param>
/// <param name="HasGradient">Whether any feature has a gradient, [steps][rows].</param>
internal sealed record DescentPath(double[][] Margins, bool[][] HasGradient)
{
    private const int Steps = 40;

    public static DescentPath Of(ProbeSubject subject)
    {
        var path = new Walk(subject.Suite.Norm, subject.Suite.Epsilon) { Constraints = subject.Suite.Constraints };
        using var result = path.Run(subject.Differentiable!, subject.Inputs, Goal.Misclassify(subject.Labels), subject.Run);
        return new([.. path.Margins], [.. path.HasGradient]);
    }

    // As PGD's defaults have it: 40 steps of 2.5·ε/40 from a random point.
    private sealed record Walk(Norms.Norm Norm, double Epsilon) : Attack<IDifferentiableClassifier>(new ThreatModel(Norm, Epsilon))
    {
        public List<double[]> Margins { get; } = [];

        public List<bool[]> HasGradient { get; } = [];

        protected override Tensor Perturb(AttackContext<IDifferentiableClassifier> context)
        {
            using var noGrad = no_grad();
            var inputs = context.RandomStart();
            for (var step = 0; step < Steps && !context.WasCancelled; step++)
            {
                using var scope = NewDisposeScope();
                Tensor gradient;
                using (enable_grad())
                {
                    gradient = context.Ascent(inputs.detach().requires_grad_(), AttackObjective.CrossEntropy);
                }

                Note(context, inputs);
                HasGradient.Add([.. gradient.flatten(1).ne(0).any(1).cpu().data<bool>()]);
                context.Step_(inputs, gradient, 2.5 * context.ThreatModel.Epsilon / Steps);
            }

            Note(context, inputs);
            return inputs;
        }

        private void Note(AttackContext<IDifferentiableClassifier> context, Tensor inputs) =>
            Margins.Add([.. context.Goal.Margin(context.Classifier.Logits(inputs)).to(ScalarType.Float64).cpu().data<double>()]);
    }
}
