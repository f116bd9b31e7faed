using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>An attack as a user would write one, with no regard for budget, bounds or numbers: it fills rows with one value.</summary>
internal sealed record LooseAttack(double Value) : Attack<IClassifier>(new ThreatModel(Norm.L2, 0.5))
{
    protected override Tensor Perturb(AttackContext<IClassifier> context) => full_like(context.Originals, Value);
}
