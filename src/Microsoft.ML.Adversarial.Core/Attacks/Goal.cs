using System.Runtime.InteropServices;
using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>What the attacker wants of every row: any class but the true one, or one class in particular.</summary>
public abstract record Goal
{
    private protected Goal(Tensor classes, string what)
    {
        ArgumentNullException.ThrowIfNull(classes);
        if (classes.dim() != 1 || classes.dtype != ScalarType.Int64)
        {
            throw new ArgumentException(
                $"Expected {what} as a tensor of shape [N] and type Int64, got shape [{string.Join(", ", classes.shape)}] and type {classes.dtype}.");
        }

        Classes = classes;
        What = what;
    }

    /// <summary>One class index per row, shape [N], Int64: true labels, or targets. Belongs to the caller.</summary>
    public Tensor Classes { get; }

    private string What { get; }

    /// <summary>Any class but the true one (untargeted).</summary>
    /// <param name="labels">True class of every row, 0-based, shape [N], Int64; the caller keeps owning it.</param>
    public static Goal Misclassify(Tensor labels) => new Misclassification(labels);

    /// <summary>
    /// One class in particular (targeted). A row whose target is predicted already has reached the goal before any attack: it counts as
    /// succeeded and is told apart in <see cref="AttackResult.SucceededBefore"/>. The goal knows no labels: where the target is the true
    /// label, success is that this label is predicted, so that a rightly classified row has reached the goal before. Leave such rows out.
    /// </summary>
    /// <param name="targets">Wanted class of every row, 0-based, shape [N], Int64; the caller keeps owning it.</param>
    public static Goal MisclassifyAs(Tensor targets) => new TargetedMisclassification(targets);

    /// <summary>Which rows reach the goal with these logits; those do not where a logit is NaN.</summary>
    /// <param name="logits">Shape [N, classes].</param>
    /// <returns>Shape [N], Bool.</returns>
    public Tensor IsReached(Tensor logits)
    {
        using var scope = NewDisposeScope();
        var reached = IsReachedBy(logits.argmax(1));
        return (FiniteValues.AreCertain(logits) ? reached : reached.logical_and(logits.isnan().any(1).logical_not())).MoveToOuterDisposeScope();
    }

    /// <summary>+1 where the cross-entropy with <see cref="Classes"/> is to grow, −1 where it is to shrink.</summary>
    internal abstract double LossSign { get; }

    /// <summary>
    /// By how much the logits that decide differ: above 0 where the goal is reached, below where it is not; shape [N].
    /// </summary>
    internal Tensor Margin(Tensor logits) => AttackObjective.LogitMargin.Value(logits, this);

    /// <summary>
    /// Which rows reach the goal by more than what logits vary by with the rows that a batch has beside them: judged in another batch, they
    /// reach it as well. Shape [N], Bool.
    /// </summary>
    internal Tensor IsClearlyReached(Tensor logits) => tensor([.. ClearMargins(logits).Select(margin => margin > 0)], device: logits.device);

    /// <summary>
    /// By how much each row's margin exceeds what logits vary by with the rows that a batch has beside them. One loop in main memory: as tensor
    /// operations it would be 3 % of a small network's gradient.
    /// </summary>
    internal double[] ClearMargins(Tensor logits)
    {
        using var scope = NewDisposeScope();
        var noise = BatchNoise.ShareIn(logits);
        var values = MemoryMarshal.Cast<byte, double>(logits.detach().to(ScalarType.Float64, CPU).contiguous().bytes);
        var classes = Classes.cpu().data<long>().ToArray();
        var width = values.Length / classes.Length;
        var margins = new double[classes.Length];
        for (var row = 0; row < margins.Length; row++)
        {
            var line = values.Slice(row * width, width);
            var (rival, largest) = (double.NegativeInfinity, 0.0);
            for (var index = 0; index < line.Length; index++)
            {
                var value = line[index];
                rival = value > rival && index != classes[row] ? value : rival;
                largest = Math.Abs(value) > largest ? Math.Abs(value) : largest;
            }

            margins[row] = (LossSign * (rival - line[(int)classes[row]])) - (noise * largest);
        }

        return margins;
    }

    internal abstract Tensor IsReachedBy(Tensor predictions);

    internal abstract Goal With(Tensor classes);

    /// <summary>The goal of some of the rows.</summary>
    internal Goal Select(Tensor rows) => With(Classes.index_select(0, rows));

    internal void RequireFit(long rows, int classCount)
    {
        if (Classes.shape[0] != rows)
        {
            throw new ArgumentException($"Expected {What} for {rows} rows, one each, got {Classes.shape[0]}.");
        }

        using var scope = NewDisposeScope();
        var impossible = Classes.less(0).logical_or_(Classes.greater_equal(classCount)).nonzero();
        if (impossible.shape[0] > 0)
        {
            var row = impossible[0, 0].item<long>();
            throw new AdversarialInputException(row, null, $"expected {What} between 0 and {classCount - 1}, got {Classes[row].item<long>()}.");
        }
    }

    private sealed record Misclassification(Tensor Labels) : Goal(Labels, "labels")
    {
        internal override double LossSign => 1;

        internal override Tensor IsReachedBy(Tensor predictions) => predictions.ne(Classes);

        internal override Goal With(Tensor classes) => new Misclassification(classes);
    }

    private sealed record TargetedMisclassification(Tensor Targets) : Goal(Targets, "targets")
    {
        internal override double LossSign => -1;

        internal override Tensor IsReachedBy(Tensor predictions) => predictions.eq(Classes);

        internal override Goal With(Tensor classes) => new TargetedMisclassification(classes);
    }
}
