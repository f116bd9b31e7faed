using System.Reflection;
using Microsoft.ML.Adversarial.Attacks.Constraints;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Settings;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>
/// An evasion attack: an immutable value of settings, checked when it is made, that turns inputs into adversarial ones.
/// Derive from <see cref="Attack{TClassifier}"/> to write one.
/// </summary>
public abstract record Attack
{
    private protected Attack(ThreatModel threatModel)
    {
        ArgumentNullException.ThrowIfNull(threatModel);
        var norms = GetType().GetCustomAttribute<AttackNameAttribute>()?.Norms ?? [];
        if (norms.Length > 0 && !norms.Contains(threatModel.Norm.Name))
        {
            throw new ArgumentException($"{GetType().Name} works with {string.Join(" or ", norms)}, got {threatModel.Norm.Name}.", nameof(threatModel));
        }

        ThreatModel = threatModel;
    }

    /// <summary>How far the attack may move an input.</summary>
    public ThreatModel ThreatModel { get; private init; }

    /// <summary>
    /// What an adversarial input must satisfy beyond the budget and the bounds, part of the <see cref="ThreatModel"/>: 8-bit pixels, frozen
    /// features, whole numbers, one-hot groups, one-way features, linear constraints, budgets per feature. Default none.
    /// </summary>
    public InputConstraints Constraints
    {
        get => ThreatModel.Constraints;
        init => ThreatModel = ThreatModel with { Constraints = InRange(value, value is not null, ConstraintText.Known, nameof(Constraints)) };
    }

    /// <summary>Whether the classifier can do what the attack needs, such as gradients.</summary>
    public abstract bool CanAttack(IClassifier classifier);

    /// <summary>Attacks a batch on a classifier whose kind is known only at run time.</summary>
    /// <param name="classifier">The classifier under attack; it is left as found.</param>
    /// <param name="inputs">Shape [N, …], within the classifier's bounds, finite; left as found.</param>
    /// <param name="goal">What to reach, row by row.</param>
    /// <param name="run">Seed, row keys, cancellation; null for seed 0 and keys 0, 1, ….</param>
    /// <returns>The adversarial inputs and how they fared; the caller disposes it.</returns>
    /// <exception cref="ArgumentException"><see cref="CanAttack"/> is false: the classifier lacks what the attack needs.</exception>
    /// <exception cref="AdversarialInputException">A row is NaN or infinite or out of bounds, its class is impossible, or its logits are no
    /// numbers; names the row.</exception>
    public abstract AttackResult Run(IClassifier classifier, Tensor inputs, Goal goal, AttackRun? run);

    /// <summary>Attacks a batch with seed 0 on a classifier whose kind is known only at run time.</summary>
    /// <inheritdoc cref="Run(IClassifier, Tensor, Goal, AttackRun)"/>
    public AttackResult Run(IClassifier classifier, Tensor inputs, Goal goal) => Run(classifier, inputs, goal, run: null);

    /// <summary>The same attack with another budget; lengths of steps that were set shrink and grow with it.</summary>
    internal virtual Attack WithEpsilon(double epsilon) =>
        this with { ThreatModel = new ThreatModel(ThreatModel.Norm, epsilon) { Constraints = Constraints } };

    /// <summary>Returns a setting that lies in its range, or throws.</summary>
    private protected static T InRange<T>(T value, bool inRange, string expected, string setting) =>
        SettingRange.Require(value, inRange, expected, setting);
}

/// <summary>An attack on classifiers of one kind, so that a missing capability is a compile-time error.</summary>
/// <typeparam name="TClassifier">What the attack needs: <see cref="IDifferentiableClassifier"/> for gradients.</typeparam>
public abstract record Attack<TClassifier> : Attack
    where TClassifier : class, IClassifier
{
    /// <summary>An attack within a threat model.</summary>
    /// <param name="threatModel">How far the attack may move an input.</param>
    protected Attack(ThreatModel threatModel)
        : base(threatModel)
    {
    }

    /// <inheritdoc/>
    public sealed override bool CanAttack(IClassifier classifier) => classifier is TClassifier;

    /// <inheritdoc/>
    public sealed override AttackResult Run(IClassifier classifier, Tensor inputs, Goal goal, AttackRun? run)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        return classifier is TClassifier capable
            ? Run(capable, inputs, goal, run)
            : throw new ArgumentException(
                $"{GetType().Name} needs a classifier that is {typeof(TClassifier).Name}, got {classifier.GetType().Name}. Choose an attack that works without that capability.", nameof(classifier));
    }

    /// <summary>
    /// Attacks a batch. Whatever the method did, the returned inputs lie within the bounds and the budget and satisfy the constraints, and
    /// success is judged on exactly these inputs.
    /// </summary>
    /// <param name="classifier">The classifier under attack; it is left as found.</param>
    /// <param name="inputs">Shape [N, …], within the classifier's bounds, finite; left as found.</param>
    /// <param name="goal">What to reach, row by row.</param>
    /// <param name="run">Seed, row keys, cancellation; null for seed 0 and keys 0, 1, ….</param>
    /// <returns>The adversarial inputs and how they fared; the caller disposes it.</returns>
    /// <exception cref="AdversarialInputException">A row is NaN or infinite or out of bounds, its class is impossible, or its logits are no
    /// numbers; names the row.</exception>
    public AttackResult Run(TClassifier classifier, Tensor inputs, Goal goal, AttackRun? run)
    {
        // A caller may score under inference mode, where no gradient exists; leaving it turns grad mode on, which only Perturb is to see.
        using var mode = inference_mode(false);
        using var grad = no_grad();
        using var scope = NewDisposeScope();
        var (context, adversarial) = Craft(classifier, inputs, goal, run, scope);
        using var logits = classifier.Logits(adversarial);
        var predictions = logits.argmax(1);
        var reached = context.Goal.IsReached(logits);
        var size = context.ThreatModel.Norm.Measure(adversarial - context.Originals);
        return new AttackResult(
            adversarial.MoveToOuterDisposeScope(), reached.MoveToOuterDisposeScope(), context.ReachedBefore.MoveToOuterDisposeScope(),
            predictions.MoveToOuterDisposeScope(), size.MoveToOuterDisposeScope(), context.ZeroGradients.MoveToOuterDisposeScope(),
            context.WasCancelled);
    }

    /// <summary>
    /// Attacks a batch without judging what came of it, for training: inputs as <see cref="Run(TClassifier, Tensor, Goal, AttackRun)"/>
    /// returns them.
    /// </summary>
    internal Tensor Craft(TClassifier classifier, Tensor inputs, Goal goal, AttackRun run)
    {
        using var grad = no_grad();
        using var scope = NewDisposeScope();
        return Craft(classifier, inputs, goal, run, scope).Adversarial.MoveToOuterDisposeScope();
    }

    /// <summary>Attacks a batch with seed 0.</summary>
    /// <inheritdoc cref="Run(TClassifier, Tensor, Goal, AttackRun)"/>
    public AttackResult Run(TClassifier classifier, Tensor inputs, Goal goal) => Run(classifier, inputs, goal, run: null);

    /// <summary>The method itself. What it returns is clipped to the budget and the bounds and judged afterwards.</summary>
    /// <param name="context">The batch, the goal, gradients and randomness. Tensors made here are freed when the attack returns.</param>
    /// <returns>Inputs in the shape of <see cref="AttackContext{TClassifier}.Originals"/>.</returns>
    protected abstract Tensor Perturb(AttackContext<TClassifier> context);

    private (AttackContext<TClassifier> Context, Tensor Adversarial) Craft(
        TClassifier classifier, Tensor inputs, Goal goal, AttackRun? run, TorchSharp.DisposeScope scope)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(goal);
        run ??= AttackRun.Default;
        var originals = inputs.detach();
        AttackInputs.Require(classifier, originals, goal);
        run.RequireFit(originals);
        goal = goal.With(goal.Classes.to(classifier.Device));

        var context = new AttackContext<TClassifier>(classifier, originals, goal, ThreatModel, run, scope);
        Tensor adversarial;
        using (enable_grad())
        {
            adversarial = Perturb(context).detach();
        }

        if (!adversarial.shape.SequenceEqual(originals.shape))
        {
            throw new InvalidOperationException(
                $"{GetType().Name} returned inputs of shape [{string.Join(", ", adversarial.shape)}], expected [{string.Join(", ", originals.shape)}].");
        }

        // No projection can mend a NaN or an infinity: where a method computed one, the feature stays as it was.
        adversarial = FiniteValues.AreCertain(adversarial) ? adversarial.clone() : where(adversarial.isfinite(), adversarial, originals);
        context.Conform_(adversarial);
        return (context, adversarial);
    }
}
