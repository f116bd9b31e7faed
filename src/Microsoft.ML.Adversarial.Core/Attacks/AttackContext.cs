using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>What an attack works with: a batch, what it shall become, and the means to get there.</summary>
/// <typeparam name="TClassifier">What the classifier can do.</typeparam>
public sealed class AttackContext<TClassifier>
    where TClassifier : class, IClassifier
{
    private readonly PerturbationRegion _region;
    private readonly AttackRun _run;
    private readonly RowRandom _random;

    internal AttackContext(
        TClassifier classifier, Tensor originals, Goal goal, ThreatModel threatModel, PerturbationRegion region, Tensor reachedBefore, AttackRun run)
        : this(classifier, originals, goal, threatModel, region, reachedBefore, run, new RowRandom(run.Seed, run.KeysOf(originals.shape[0])))
    {
    }

    private AttackContext(
        TClassifier classifier, Tensor originals, Goal goal, ThreatModel threatModel, PerturbationRegion region, Tensor reachedBefore, AttackRun run, RowRandom random)
    {
        Classifier = classifier;
        Originals = originals;
        Goal = goal;
        ThreatModel = threatModel;
        ReachedBefore = reachedBefore;
        _region = region;
        _run = run;
        _random = random;
    }

    /// <summary>The classifier under attack; under constraints, as it is at the nearest valid inputs.</summary>
    public TClassifier Classifier { get; }

    /// <summary>The inputs as they came, shape [N, …]; never written to.</summary>
    public Tensor Originals { get; }

    /// <summary>What to reach, row by row.</summary>
    public Goal Goal { get; }

    /// <summary>How far inputs may move.</summary>
    public ThreatModel ThreatModel { get; }

    /// <summary>Which rows reach the goal unperturbed, shape [N], Bool.</summary>
    public Tensor ReachedBefore { get; }

    /// <summary>Seed, row keys and cancellation, for attacks that run another one.</summary>
    internal AttackRun Run => _run;

    /// <summary>Whether the run was cancelled: return the best found so far.</summary>
    public bool WasCancelled => _run.Cancellation.IsCancellationRequested;

    /// <summary>A random point within the budget and the bounds for every row, from the rows' own random streams.</summary>
    /// <returns>Shape [N, …].</returns>
    public Tensor RandomStart()
    {
        using var scope = NewDisposeScope();
        var start = Originals + ThreatModel.Norm.Sample(Originals, ThreatModel.Epsilon, _random);
        _region.Project_(start);
        return start.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Moves inputs along the steepest direction of the threat model's norm, then projects: x ← Π(x + length·U_p(gradient)), in place.
    /// </summary>
    /// <param name="inputs">Shape [N, …], written to.</param>
    /// <param name="gradient">Shape [N, …]; only its direction matters.</param>
    /// <param name="length">Length of the step in the norm of the threat model.</param>
    public void Step_(Tensor inputs, Tensor gradient, double length) => _region.Step_(inputs, gradient, length);

    /// <summary>Projects the perturbation onto the budget, then clamps the inputs to the bounds, in place: Madry's Π.</summary>
    public void Project_(Tensor inputs) => _region.Project_(inputs);

    /// <summary>Clamps inputs that lie outside the budget or the bounds, in place: Kurakin's Clip. May differ from projecting in the last bit.</summary>
    public void Clip_(Tensor inputs) => _region.Clip_(inputs);

    /// <summary>
    /// Clips, then moves inputs to the nearest ones that satisfy the threat model's constraints within the budget, in place: what becomes of the
    /// result in the end, for methods that compare what they found.
    /// </summary>
    public void Conform_(Tensor inputs) => _region.Conform_(inputs);

    /// <summary>What becomes of inputs in the end; without constraints, these inputs themselves.</summary>
    internal Tensor Conformed(Tensor inputs)
    {
        if (ThreatModel.Constraints.AreNone)
        {
            return inputs;
        }

        var conformed = inputs.detach().clone();
        _region.Conform_(conformed);
        return conformed;
    }

    /// <summary>The same task for some of the rows, for methods that go on with the unfinished ones.</summary>
    /// <param name="rows">Row indices, shape [M], Int64.</param>
    /// <param name="stream">Which of the rows' random streams to draw from; equal streams repeat equal draws.</param>
    public AttackContext<TClassifier> Select(Tensor rows, long stream)
    {
        var originals = Originals.index_select(0, rows);
        var region = ThreatModel.Norm.Around(originals, ThreatModel.Epsilon, Classifier.Bounds);
        using var onCpu = rows.cpu();
        return new(
            Classifier, originals, Goal.Select(rows), ThreatModel, region, ReachedBefore.index_select(0, rows), _run,
            _random.Select(onCpu.data<long>().ToArray(), stream));
    }
}

/// <summary>What a context offers on classifiers with gradients.</summary>
public static class GradientExtensions
{
    /// <summary>The gradient of what the attacker wants to grow, with respect to the inputs.</summary>
    /// <param name="context">The attack's context.</param>
    /// <param name="inputs">Shape [N, …]: a leaf that requires a gradient, with an empty <c>.grad</c>.</param>
    /// <param name="objective">What the attacker wants to grow.</param>
    /// <returns>Shape [N, …].</returns>
    public static Tensor Ascent(this AttackContext<IDifferentiableClassifier> context, Tensor inputs, AttackObjective objective)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(objective);
        return context.Classifier.InputGradient(inputs, logits => objective.Cotangent(logits, context.Goal));
    }
}
