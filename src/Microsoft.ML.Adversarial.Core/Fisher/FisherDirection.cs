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
}

/// <summary>v = ∇_θ log p of a class that may differ from row to row.</summary>
internal abstract record ClassFisherDirection : FisherDirection
{
    public abstract int ClassOf(DifferenceFrame frame, int row, IReadOnlyList<long>? labels);
}

internal sealed record PredictedClassDirection : ClassFisherDirection
{
    public override int ClassOf(DifferenceFrame frame, int row, IReadOnlyList<long>? labels) => frame.Predicted(row);
}

internal sealed record LabelDirection : ClassFisherDirection
{
    public override int ClassOf(DifferenceFrame frame, int row, IReadOnlyList<long>? labels) => (int)labels![row];
}

internal sealed record FixedClassDirection(int Class) : ClassFisherDirection
{
    public override int ClassOf(DifferenceFrame frame, int row, IReadOnlyList<long>? labels) => Class;
}

internal sealed record RandomDirection(long Seed) : FisherDirection
{
    /// <summary>One tensor per parameter, together of length 1.</summary>
    public Tensor[] Draw(Tensor[] parameters)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)Seed);
        var normal = Array.ConvertAll(parameters, parameter => randn(parameter.shape, ScalarType.Float64, generator: generator));
        var length = Math.Sqrt(normal.Sum(one => one.square().sum().item<double>()));
        return Array.ConvertAll(
            normal, (one) => (one / length)).Zip(parameters, (one, parameter) => one.to(parameter.dtype).to(parameter.device).MoveToOuterDisposeScope()).ToArray();
    }
}
