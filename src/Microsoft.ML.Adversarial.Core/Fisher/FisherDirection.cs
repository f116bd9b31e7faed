using System.Globalization;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>
/// The direction v in parameter space along which the Fisher information of a prediction is taken (Martin &amp; Elster 2019,
/// arXiv:1909.05527, section 3).
/// </summary>
public abstract record FisherDirection
{
    private protected FisherDirection()
    {
    }

    /// <summary>v = ∇_θ log p(ŷ|x), ŷ the predicted class: the default.</summary>
    public static FisherDirection PredictedClass { get; } = new PredictedClassDirection();

    /// <summary>v = ∇_θ log p(y|x), y the row's label, which must then be given.</summary>
    public static FisherDirection Label { get; } = new LabelDirection();

    /// <summary>v = ∇_θ log p(k|x) for one class.</summary>
    /// <param name="label">Index of the class, at least 0.</param>
    public static FisherDirection OfClass(int label)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(label);
        return new FixedClassDirection(label);
    }

    /// <summary>A random direction of length 1, the same for every row, uniform on the sphere.</summary>
    /// <param name="seed">Equal seeds give equal directions for networks with parameters of equal shapes.</param>
    public static FisherDirection Random(long seed) => new RandomDirection(seed);

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <param name="text"><c>predicted</c>, <c>label</c>, <c>class:3</c> or <c>random:1</c>.</param>
    /// <exception cref="FormatException">The text is none of these.</exception>
    public static FisherDirection Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split(':');
        return parts switch
        {
            ["predicted"] => PredictedClass,
            ["label"] => Label,
            ["class", var label] when int.TryParse(label, NumberStyles.None, CultureInfo.InvariantCulture, out var index) => OfClass(index),
            ["random", var seed] when long.TryParse(seed, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) => Random(value),
            _ => throw new FormatException($"Expected a direction such as predicted, label, class:3 or random:1, got '{text}'."),
        };
    }

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public sealed override string ToString() => Text;

    private protected abstract string Text { get; }
}

/// <summary>v = ∇_θ log p of a class that may differ from row to row.</summary>
internal abstract record ClassFisherDirection : FisherDirection
{
    public abstract int ClassOf(DifferenceFrame frame, int row, IReadOnlyList<long>? labels);
}

internal sealed record PredictedClassDirection : ClassFisherDirection
{
    private protected override string Text => "predicted";

    public override int ClassOf(DifferenceFrame frame, int row, IReadOnlyList<long>? labels) => frame.Predicted(row);
}

internal sealed record LabelDirection : ClassFisherDirection
{
    private protected override string Text => "label";

    public override int ClassOf(DifferenceFrame frame, int row, IReadOnlyList<long>? labels) => (int)labels![row];
}

internal sealed record FixedClassDirection(int Class) : ClassFisherDirection
{
    private protected override string Text => string.Create(CultureInfo.InvariantCulture, $"class:{Class}");

    public override int ClassOf(DifferenceFrame frame, int row, IReadOnlyList<long>? labels) => Class;
}

internal sealed record RandomDirection(long Seed) : FisherDirection
{
    private protected override string Text => string.Create(CultureInfo.InvariantCulture, $"random:{Seed}");

    /// <summary>One tensor per parameter, together of length 1.</summary>
    public Tensor[] Draw(Tensor[] parameters)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)Seed);
        var normal = Array.ConvertAll(parameters, parameter => randn(parameter.shape, ScalarType.Float64, generator: generator));
        var length = Math.Sqrt(normal.Sum(one => one.square().sum().item<double>()));
        return [.. normal.Zip(parameters, (one, parameter) => (one / length).to(parameter.dtype).to(parameter.device).MoveToOuterDisposeScope())];
    }
}
