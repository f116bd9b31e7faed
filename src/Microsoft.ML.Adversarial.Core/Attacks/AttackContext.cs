using Microsoft.ML.Adversarial.Attacks.Constraints;
using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>What an attack works with: a batch, what it shall become, and the means to get there.</summary>
/// <typeparam name="TClassifier">What the classifier can do.</typeparam>
public sealed class AttackContext<TClassifier>
    where TClassifier : class, IClassifier
{
    private readonly PerturbationRegion _region;
    private readonly ValidInputs? _valid;
    private readonly AttackRun _run;
    private readonly DisposeScope _scope;
    private readonly AttackContext<TClassifier>? _whole;
    private readonly long[] _places = [];
    private Tensor? _reachedBefore;
    private bool[]? _zeroGradients;

    internal AttackContext(TClassifier classifier, Tensor originals, Goal goal, ThreatModel threatModel, AttackRun run, DisposeScope scope)
    {
        var valid = threatModel.Constraints.AreNone ? null : new ValidInputs(threatModel, originals, classifier.Bounds);
        Unconstrained = classifier;
        Classifier = valid is null ? classifier : ConstrainedClassifier.Of(classifier, valid);
        Originals = originals;
        Goal = goal;
        ThreatModel = valid is null ? threatModel : threatModel.Under(valid);
        Units = new(valid, classifier.Bounds);
        Random = new RowRandom(run.Seed, run.KeysOf(originals.shape[0]));
        Starts = run.Starts?.detach();
        _region = ThreatModel.Norm.Around(originals, threatModel.Epsilon, classifier.Bounds);
        _valid = valid;
        _run = run;
        _scope = scope;
    }

    private AttackContext(AttackContext<TClassifier> whole, long[] places, Tensor originals, Goal goal, long stream)
    {
        (_whole, _places) = (whole, places);
        (Classifier, Unconstrained, ThreatModel, Units) = (whole.Classifier, whole.Unconstrained, whole.ThreatModel, whole.Units);
        (Originals, Goal, Random) = (originals, goal, whole.Random.Select(places, stream));
        _region = ThreatModel.Norm.Around(originals, ThreatModel.Epsilon, Classifier.Bounds);
        (_valid, _run, _scope) = (whole._valid, whole._run, whole._scope);
    }

    /// <summary>The classifier under attack; under constraints, as it is at the nearest valid inputs.</summary>
    public TClassifier Classifier { get; }

    /// <summary>The inputs as they came, shape [N, …]; never written to.</summary>
    public Tensor Originals { get; }

    /// <summary>Where the caller proposes to start, shape [N, …]; null: nowhere.</summary>
    internal Tensor? Starts { get; private init; }

    /// <summary>What to reach, row by row.</summary>
    public Goal Goal { get; }

    /// <summary>How far inputs may move; its norm measures in the units of each feature's budget and obeys the constraints.</summary>
    public ThreatModel ThreatModel { get; }

    /// <summary>Which rows reach the goal unperturbed, shape [N], Bool.</summary>
    public Tensor ReachedBefore
    {
        get
        {
            if (_reachedBefore is null)
            {
                using var noGrad = no_grad();
                using var logits = Unconstrained.Logits(Originals);
                NoteReachedBefore(logits);
            }

            return _reachedBefore!;
        }
    }

    /// <summary>Which rows had no gradient where it was first taken, as far as that was noted; shape [N], Bool.</summary>
    internal Tensor ZeroGradients => tensor(_zeroGradients ?? new bool[Originals.shape[0]], device: Originals.device);

    private bool IsGradientNoted => _whole?.IsGradientNoted ?? _zeroGradients is not null;

    /// <summary>The classifier as it is at any input, for methods that run other attacks or look at inputs that need not be valid.</summary>
    internal TClassifier Unconstrained { get; }

    /// <summary>The units of each feature's budget, for methods that know the ball themselves.</summary>
    internal BudgetUnits Units { get; }

    /// <summary>Seed, row keys and cancellation, for attacks that run another one.</summary>
    internal AttackRun Run => _run;

    /// <summary>Whether the run was cancelled: return the best found so far.</summary>
    public bool WasCancelled => _run.Cancellation.IsCancellationRequested;

    /// <summary>The rows' own random streams.</summary>
    internal RowRandom Random { get; }

    /// <summary>A random point within the budget and the bounds for every row, from the rows' own random streams.</summary>
    /// <returns>Shape [N, …].</returns>
    public Tensor RandomStart()
    {
        using var scope = NewDisposeScope();
        var start = Originals + ThreatModel.Norm.Sample(Originals, ThreatModel.Epsilon, Random);
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

    /// <summary>The same without the projection, in place.</summary>
    internal void Move_(Tensor inputs, Tensor gradient, double length) => _region.Move_(inputs, gradient, length);

    /// <summary>A step with a length for each row, shape [N], in place.</summary>
    internal void Step_(Tensor inputs, Tensor gradient, Tensor lengths) => _region.Step_(inputs, gradient, lengths);

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

    /// <summary>The nearest inputs that satisfy the constraints, whatever the budget; these inputs themselves without any.</summary>
    internal Tensor NearestValid(Tensor inputs) => _valid is null ? inputs : _valid.Nearest(inputs);

    /// <summary>The same task for some of the rows, for methods that go on with the unfinished ones.</summary>
    /// <param name="rows">Row indices, shape [M], Int64.</param>
    /// <param name="stream">Which of the rows' random streams to draw from; equal streams repeat equal draws.</param>
    public AttackContext<TClassifier> Select(Tensor rows, long stream)
    {
        using var onCpu = rows.cpu();
        return new(this, onCpu.data<long>().ToArray(), Originals.index_select(0, rows), Goal.Select(rows), stream)
        {
            _reachedBefore = ReachedBefore.index_select(0, rows),
            Starts = Starts?.index_select(0, rows.to(Starts.device)),
        };
    }

    /// <summary>Takes the originals' logits from a method that computed them anyhow, so that no pass is spent on <see cref="ReachedBefore"/>.</summary>
    internal void NoteLogitsOfOriginals(Tensor logits)
    {
        // Under constraints methods see the nearest valid inputs, which may differ in the last bit.
        if (_reachedBefore is null && ThreatModel.Constraints.AreNone)
        {
            NoteReachedBefore(logits);
        }
    }

    /// <summary>Takes note of the rows that have no gradient, of the first gradient that is taken.</summary>
    /// <param name="gradient">Of all rows of the context, shape [N, …].</param>
    internal void NoteGradient(Tensor gradient)
    {
        if (!IsGradientNoted && gradient.shape[0] == Originals.shape[0])
        {
            NoteRowsWithoutGradient(RowsOfZeros.In(gradient));
        }
    }

    /// <summary>The same from a run of another attack.</summary>
    internal void NoteRowsWithoutGradient(IEnumerable<long> rows)
    {
        if (_whole is not null)
        {
            _whole.NoteRowsWithoutGradient(rows.Select(row => _places[row]));
            return;
        }

        _zeroGradients ??= new bool[Originals.shape[0]];
        foreach (var row in rows)
        {
            _zeroGradients[row] = true;
        }
    }

    private void NoteReachedBefore(Tensor logits)
    {
        if (!FiniteValues.AreCertain(logits) && logits.isnan().any(1).nonzero() is var rows && rows.shape[0] > 0)
        {
            throw new AdversarialInputException(
                rows[0, 0].item<long>(), null, "expected logits that are numbers for the unperturbed input, got NaN. Check the classifier's weights and the row.");
        }

        // The step's own scope ends before the run.
        _reachedBefore = Goal.IsReached(logits).DetachFromDisposeScope();
        _scope.Attach(_reachedBefore);
    }

    /// <summary>How to run another attack on some of the rows: with their keys, the same cancellation and a seed of its own.</summary>
    /// <param name="rows">Row indices, shape [M], Int64.</param>
    /// <param name="seedOffset">What the seed differs by from this run's.</param>
    internal AttackRun RunOn(Tensor rows, long seedOffset)
    {
        using var onCpu = rows.cpu();
        return _run with
        {
            Seed = _run.Seed + seedOffset,
            RowKeys = Random.KeysOf(onCpu.data<long>().ToArray()),
            Starts = Starts?.index_select(0, rows.to(Starts.device)),
        };
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
        var ascent = context.Classifier.InputGradient(inputs, logits => objective.Cotangent(logits, context.Goal));
        context.NoteGradient(ascent);
        return ascent;
    }

    /// <summary>The same with the inputs' logits, shape [N, classes], which the gradient takes anyhow.</summary>
    internal static (Tensor Gradient, Tensor Logits) AscentWithLogits(
        this AttackContext<IDifferentiableClassifier> context, Tensor inputs, AttackObjective objective)
    {
        Tensor? seen = null;
        var gradient = context.Classifier.InputGradient(inputs, logits =>
        {
            seen = logits.alias().MoveToOuterDisposeScope();
            return objective.Cotangent(logits, context.Goal);
        });
        context.NoteGradient(gradient);
        return (gradient, seen!);
    }

    /// <summary>The gradient of one function of logits that were computed already, of which others may follow.</summary>
    /// <param name="inputs">The leaf that the logits were computed from, with an empty <c>.grad</c>.</param>
    /// <param name="logits">Shape [N, classes], in the graph.</param>
    /// <param name="cotangent">∂(function)/∂(logits), shape [N, classes].</param>
    /// <returns>In the shape of the inputs.</returns>
    internal static Tensor GradientOf(this Tensor inputs, Tensor logits, Tensor cotangent)
    {
        // backward(inputs:) instead of autograd.grad: the latter ends the process on any native error.
        autograd.backward(logits, cotangent, retain_graph: true, inputs: [inputs]);
        var gradient = inputs.grad!;
        inputs.grad = null;
        return gradient;
    }
}
