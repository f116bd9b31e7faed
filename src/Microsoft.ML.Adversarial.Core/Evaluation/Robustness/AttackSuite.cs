using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.Cascades;
using Microsoft.ML.Adversarial.Attacks.Constraints;
using Microsoft.ML.Adversarial.Attacks.DecisionBased;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm.AdaptiveBoundary;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm.CarliniWagner;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm.ElasticNet;
using Microsoft.ML.Adversarial.Attacks.RandomSearch;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Settings;

namespace Microsoft.ML.Adversarial.Evaluation.Robustness;

/// <summary>
/// Attacks that are run side by side within one threat model; a row is robust if none of them breaks it. Attacks that look for the smallest
/// perturbation break a row whose perturbation is no larger than the budget.
/// </summary>
public sealed record AttackSuite
{
    /// <summary>A suite of one's own.</summary>
    /// <param name="name">What the report calls it.</param>
    /// <param name="norm">How the size of a perturbation is measured.</param>
    /// <param name="epsilon">The budget, above 0 and finite, in the units of the features.</param>
    /// <param name="attacks">
    /// At least one, with names of their own, all in this norm; those that spend a budget with at most this one.
    /// </param>
    /// <exception cref="ArgumentException">There is no attack, two have one name, or one has another norm or a larger budget.</exception>
    public AttackSuite(string name, Norm norm, double epsilon, IReadOnlyList<SuiteAttack> attacks)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(norm);
        ArgumentNullException.ThrowIfNull(attacks);
        SettingRange.Require(epsilon, epsilon > 0 && double.IsFinite(epsilon), "above 0 and finite", nameof(epsilon));
        if (attacks.Count == 0)
        {
            throw new ArgumentException("Expected at least one attack, got none.", nameof(attacks));
        }

        if (attacks.CountBy(attack => attack.Name).FirstOrDefault(pair => pair.Value > 1) is { Value: > 1 } twice)
        {
            throw new ArgumentException($"Expected a name of its own for each attack, got '{twice.Key}' twice.", nameof(attacks));
        }

        foreach (var (attackName, threat) in attacks.Select(attack => (attack.Name, attack.Attack.ThreatModel)))
        {
            if (!threat.Norm.Equals(norm) || (double.IsFinite(threat.Epsilon) && threat.Epsilon > epsilon))
            {
                throw new ArgumentException(
                    $"Attack '{attackName}': expected the suite's threat model, {new ThreatModel(norm, epsilon)}, or a smaller budget, got {threat}.",
                    nameof(attacks));
            }
        }

        (Name, Norm, Epsilon, Attacks) = (name, norm, epsilon, [.. attacks]);
    }

    /// <summary>What the report calls it.</summary>
    public string Name { get; }

    /// <summary>How the size of a perturbation is measured.</summary>
    public Norm Norm { get; }

    /// <summary>The budget, in the units of the features.</summary>
    public double Epsilon { get; }

    /// <summary>The attacks, in the order in which they run.</summary>
    public IReadOnlyList<SuiteAttack> Attacks { get; private init; }

    /// <summary>
    /// What adversarial inputs must satisfy besides: those of the first attack. Setting them gives them to all attacks. Default none.
    /// </summary>
    public InputConstraints Constraints
    {
        get => Attacks[0].Attack.Constraints;
        init => Attacks = [.. Attacks.Select(attack => attack with { Attack = attack.Attack with { Constraints = value } })];
    }

    /// <summary>
    /// A first look in seconds: FGSM, PGD with 40 steps, and Square with 300 queries (where the norm has it) to tell whether gradients mislead.
    /// Says that a model is weak, never that it is robust.
    /// </summary>
    /// <param name="norm">How the size of a perturbation is measured.</param>
    /// <param name="epsilon">The budget, above 0 and finite, in the units of the features.</param>
    public static AttackSuite Quick(Norm norm, double epsilon) => new("Quick", norm, epsilon, [.. QuickAttacks(norm, epsilon)]);

    /// <summary>AutoAttack's standard version: the number that papers compare. L∞, L2 or L1.</summary>
    /// <inheritdoc cref="Quick"/>
    public static AttackSuite Standard(Norm norm, double epsilon) =>
        new("Standard", norm, epsilon, [SuiteAttack.Of(AutoAttack.Standard(norm, epsilon))]);

    /// <summary>
    /// The strongest searches for the smallest perturbation that the norm has: how far each row is from an error, and accuracy at every budget.
    /// L0, L1, L2 or L∞.
    /// </summary>
    /// <inheritdoc cref="Quick"/>
    public static AttackSuite MinimumNorm(Norm norm, double epsilon) => new("MinimumNorm", norm, epsilon, [.. SmallestPerturbations(norm)]);

    /// <summary>Attacks that see scores or decisions only, on any model: Square with 5,000 queries, HopSkipJump, Pointwise, as the norm has them.</summary>
    /// <inheritdoc cref="Quick"/>
    public static AttackSuite BlackBox(Norm norm, double epsilon) => new("BlackBox", norm, epsilon, [.. ScoresOnly(norm, epsilon)]);

    /// <summary>All of the other suites' attacks.</summary>
    /// <inheritdoc cref="Quick"/>
    public static AttackSuite Full(Norm norm, double epsilon)
    {
        ArgumentNullException.ThrowIfNull(norm);
        var standard = Supports<AutoAttack>(norm) ? Standard(norm, epsilon).Attacks : [];
        IEnumerable<SuiteAttack> all =
            [.. QuickAttacks(norm, epsilon).Where(attack => !attack.IsBlackBox), .. standard, .. SmallestPerturbations(norm), .. ScoresOnly(norm, epsilon)];
        return new("Full", norm, epsilon, [.. all]);
    }

    /// <summary>
    /// What the model allows: <see cref="Standard"/> with gradients, or <see cref="MinimumNorm"/> in L0, which that has not; without gradients
    /// <see cref="BlackBox"/>.
    /// </summary>
    /// <param name="classifier">The classifier that will be attacked.</param>
    /// <param name="norm">How the size of a perturbation is measured.</param>
    /// <param name="epsilon">The budget, above 0 and finite, in the units of the features.</param>
    public static AttackSuite For(IClassifier classifier, Norm norm, double epsilon)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(norm);
        return classifier is not IDifferentiableClassifier ? BlackBox(norm, epsilon)
            : Supports<AutoAttack>(norm) ? Standard(norm, epsilon)
            : MinimumNorm(norm, epsilon);
    }

    private static IEnumerable<SuiteAttack> QuickAttacks(Norm norm, double epsilon)
    {
        yield return SuiteAttack.Of(new FastGradientMethod(norm, epsilon));
        yield return SuiteAttack.Of(new ProjectedGradientDescent(norm, epsilon));
        if (Supports<SquareAttack>(norm))
        {
            yield return SuiteAttack.Of(new SquareAttack(norm, epsilon) { Queries = 300 });
        }
    }

    private static IEnumerable<SuiteAttack> ScoresOnly(Norm norm, double epsilon)
    {
        if (Supports<SquareAttack>(norm))
        {
            yield return SuiteAttack.Of(new SquareAttack(norm, epsilon));
        }

        if (Supports<HopSkipJumpAttack>(norm))
        {
            yield return SuiteAttack.Of(new HopSkipJumpAttack(norm, double.PositiveInfinity));
        }

        if (Supports<PointwiseAttack>(norm))
        {
            yield return SuiteAttack.Of(new PointwiseAttack(norm, double.PositiveInfinity));
        }
    }

    private static IEnumerable<SuiteAttack> SmallestPerturbations(Norm norm)
    {
        const double Any = double.PositiveInfinity;
        Attack[] attacks = norm.Order switch
        {
            0 => [new SigmaZero(norm, Any), new FastMinimumNorm(norm, Any)],
            1 => [new ElasticNetAttack(norm, Any), new FastMinimumNorm(norm, Any), new FastAdaptiveBoundary(norm, Any)],
            2 => [new DecoupledDirectionAndNorm(norm, Any), new FastMinimumNorm(norm, Any), new FastAdaptiveBoundary(norm, Any), new CarliniWagnerL2(norm, Any)],
            double.PositiveInfinity => [new FastMinimumNorm(norm, Any), new FastAdaptiveBoundary(norm, Any), new DeepFool(norm, Any)],
            _ => throw new ArgumentException($"Expected L0, L1, L2 or Linf, for which there are searches for the smallest perturbation, got {norm}.", nameof(norm)),
        };
        return attacks.Select(SuiteAttack.Of);
    }

    private static bool Supports<TAttack>(Norm norm)
        where TAttack : Attack => AttackDescription.NormsOf<TAttack>() is var norms && (norms.Count == 0 || norms.Contains(norm.Name));
}
