using System.Globalization;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Explanations;

/// <summary>The number whose dependence on each feature is asked for: one logit of each row, or the row's loss.</summary>
public abstract record ExplainedOutput
{
    private protected ExplainedOutput()
    {
    }

    /// <summary>The logit of the class that is predicted for the row: the default.</summary>
    public static ExplainedOutput PredictedClass { get; } = new PredictedClassLogit();

    /// <summary>The logit of the second most likely class.</summary>
    public static ExplainedOutput RunnerUp { get; } = new RunnerUpLogit();

    /// <summary>The logit of the row's label, which must then be given.</summary>
    public static ExplainedOutput Label { get; } = new LabelLogit();

    /// <summary>The cross-entropy of the row with its label, which must then be given.</summary>
    public static ExplainedOutput Loss { get; } = new LabelLoss();

    /// <summary>Whether labels are needed.</summary>
    public virtual bool NeedsLabels => false;

    /// <summary>The logit of one class.</summary>
    /// <param name="label">Index of the class, at least 0.</param>
    public static ExplainedOutput OfClass(int label)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(label);
        return new ClassLogit(label);
    }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <param name="text"><c>predicted</c>, <c>runner-up</c>, <c>label</c>, <c>loss</c> or <c>class:3</c>.</param>
    /// <exception cref="FormatException">The text is none of these.</exception>
    public static ExplainedOutput Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Split(':') switch
        {
            ["predicted"] => PredictedClass,
            ["runner-up"] => RunnerUp,
            ["label"] => Label,
            ["loss"] => Loss,
            ["class", var label] when int.TryParse(label, NumberStyles.None, CultureInfo.InvariantCulture, out var index) => OfClass(index),
            _ => throw new FormatException($"Expected an output such as predicted, runner-up, label, loss or class:3, got '{text}'."),
        };
    }

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public sealed override string ToString() => Text;

    private protected abstract string Text { get; }

    /// <summary>Throws where a classifier has no such output.</summary>
    internal virtual void RequireFit(int classCount)
    {
    }

    /// <summary>The class of each row that the output is about, shape [N], decided once, at the input itself.</summary>
    internal abstract Tensor Classes(Tensor logits, Tensor? labels);

    /// <summary>The output, shape [N].</summary>
    internal virtual Tensor Value(Tensor logits, Tensor classes)
    {
        using var scope = NewDisposeScope();
        return logits.gather(1, classes.unsqueeze(1)).squeeze(1).MoveToOuterDisposeScope();
    }

    /// <summary>∂(output)/∂(logits), shape [N, classes].</summary>
    internal virtual Tensor Cotangent(Tensor logits, Tensor classes)
    {
        using var scope = NewDisposeScope();
        return nn.functional.one_hot(classes, logits.shape[1]).to(logits.dtype).MoveToOuterDisposeScope();
    }
}

internal sealed record PredictedClassLogit : ExplainedOutput
{
    private protected override string Text => "predicted";

    internal override Tensor Classes(Tensor logits, Tensor? labels) => logits.argmax(1);
}

internal sealed record RunnerUpLogit : ExplainedOutput
{
    private protected override string Text => "runner-up";

    internal override Tensor Classes(Tensor logits, Tensor? labels)
    {
        using var scope = NewDisposeScope();
        return logits.topk(2, 1).indexes.select(1, 1).MoveToOuterDisposeScope();
    }
}

internal sealed record LabelLogit : ExplainedOutput
{
    public override bool NeedsLabels => true;

    private protected override string Text => "label";

    internal override Tensor Classes(Tensor logits, Tensor? labels) => labels!.alias();
}

internal sealed record ClassLogit(int Class) : ExplainedOutput
{
    private protected override string Text => string.Create(CultureInfo.InvariantCulture, $"class:{Class}");

    internal override void RequireFit(int classCount)
    {
        if (Class >= classCount)
        {
            throw new ArgumentException($"Expected a class between 0 and {classCount - 1}, as the classifier has, got {Class}.");
        }
    }

    internal override Tensor Classes(Tensor logits, Tensor? labels) =>
        full([logits.shape[0]], Class, ScalarType.Int64, device: logits.device);
}

internal sealed record LabelLoss : ExplainedOutput
{
    public override bool NeedsLabels => true;

    private protected override string Text => "loss";

    internal override Tensor Classes(Tensor logits, Tensor? labels) => labels!.alias();

    internal override Tensor Value(Tensor logits, Tensor classes) =>
        nn.functional.cross_entropy(logits, classes, reduction: nn.Reduction.None);

    internal override Tensor Cotangent(Tensor logits, Tensor classes)
    {
        using var scope = NewDisposeScope();
        return (logits.softmax(1) - nn.functional.one_hot(classes, logits.shape[1])).MoveToOuterDisposeScope();
    }
}
