using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>
/// A transfer attack (Papernot, McDaniel &amp; Goodfellow 2016, arXiv:1605.07277): crafts on a substitute classifier, and is judged on the one
/// that is attacked, of which it needs nothing but predictions.
/// </summary>
public sealed record Transfer : Attack<IClassifier>
{
    /// <param name="attack">Crafts the inputs; its threat model holds.</param>
    /// <param name="substitute">What it crafts them on, such as an <see cref="EnsembleClassifier"/>; the caller keeps owning it.</param>
    /// <exception cref="ArgumentException">The substitute lacks what the attack needs.</exception>
    public Transfer(Attack attack, IClassifier substitute)
        : base((attack ?? throw new ArgumentNullException(nameof(attack))).ThreatModel)
    {
        ArgumentNullException.ThrowIfNull(substitute);
        if (!attack.CanAttack(substitute))
        {
            throw new ArgumentException($"Expected a substitute that {attack.GetType().Name} can attack, got {substitute.GetType().Name}.", nameof(substitute));
        }

        (Attack, Substitute) = (attack, substitute);
    }

    /// <summary>Crafts the inputs.</summary>
    public Attack Attack { get; }

    /// <summary>What they are crafted on.</summary>
    public IClassifier Substitute { get; }

    /// <inheritdoc/>
    protected override Tensor Perturb(AttackContext<IClassifier> context)
    {
        var here = context.Originals.to(Substitute.ElementType, Substitute.Device);
        var crafted = (Attack with { Constraints = Constraints }).Run(Substitute, here, context.Goal, context.Run).Inputs;
        return crafted.to(context.Originals.dtype, context.Originals.device);
    }
}
