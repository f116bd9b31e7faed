using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Explanations;

/// <summary>
/// (x − x′) ⊙ ∫₀¹ ∂f/∂x (x′ + α(x − x′)) dα (Sundararajan, Taly &amp; Yan 2017, arXiv:1703.01365, equation 1), by the midpoint rule. What it
/// gives sums to f(x) − f(x′), the paper's completeness; rows whose sum misses that by more than <see cref="Tolerance"/> are integrated again
/// with twice the steps, up to <see cref="MaximumSteps"/>. In units of the output.
/// </summary>
[AttributionName("integrated-gradients")]
public sealed record IntegratedGradients : GradientAttribution
{
    // Gradients of this many rows at a time: memory stays that of a batch.
    private const long Chunk = 128;

    private readonly int _steps = 50;
    private readonly int _maximumSteps = 1600;
    private readonly double _tolerance = 0.01;
    private readonly double _baseline;

    /// <summary>Points of the path, at least 1. Default 50.</summary>
    public int Steps
    {
        get => _steps;
        init => _steps = InRange(value, value >= 1, ">= 1", nameof(Steps));
    }

    /// <summary>Most points of the path for rows that need more, at least 1; at most <see cref="Steps"/> for never more. Default 1600.</summary>
    public int MaximumSteps
    {
        get => _maximumSteps;
        init => _maximumSteps = InRange(value, value >= 1, ">= 1", nameof(MaximumSteps));
    }

    /// <summary>How far from f(x) − f(x′) the sum may be, as a share of it, at least 0. Default 0.01.</summary>
    public double Tolerance
    {
        get => _tolerance;
        init => _tolerance = InRange(value, value is >= 0 and < double.PositiveInfinity, ">= 0 and finite", nameof(Tolerance));
    }

    /// <summary>Every feature of x′, the input without information, finite. Default 0: black.</summary>
    public double Baseline
    {
        get => _baseline;
        init => _baseline = InRange(value, double.IsFinite(value), "finite", nameof(Baseline));
    }

    private protected override Tensor Attribute(OutputFunction function, Tensor inputs, RowRandom random)
    {
        using var scope = NewDisposeScope();
        var baselines = full_like(inputs, Baseline);
        var difference = inputs - baselines;
        var due = function.Value(inputs) - function.Value(baselines);
        var attributions = zeros_like(inputs);
        var open = arange(inputs.shape[0], device: inputs.device);
        for (var steps = Steps; open.shape[0] > 0; steps *= 2)
        {
            var integrated = Integrate(function, baselines, difference, open, steps);
            attributions.index_copy_(0, open, integrated);
            if (steps > MaximumSteps / 2)
            {
                break;
            }

            var expected = due.index_select(0, open);
            var missed = (integrated.flatten(1).sum(1) - expected).abs();
            open = open.index_select(0, missed.greater(expected.abs() * Tolerance).nonzero().flatten());
        }

        return attributions.MoveToOuterDisposeScope();
    }

    private static Tensor Integrate(OutputFunction function, Tensor baselines, Tensor differences, Tensor rows, int steps)
    {
        using var scope = NewDisposeScope();
        var sums = zeros([rows.shape[0], .. differences.shape[1..]], differences.dtype, differences.device);
        var points = rows.shape[0] * steps;
        for (var start = 0L; start < points; start += Chunk)
        {
            using var chunkScope = NewDisposeScope();

            // Row by row, and within a row point by point.
            var numbers = arange(start, Math.Min(start + Chunk, points), device: rows.device);
            var places = numbers.div(steps, RoundingMode.floor).to(ScalarType.Int64);
            var chosen = rows.index_select(0, places);
            long[] perRow = [-1, .. Enumerable.Repeat(1L, (int)differences.dim() - 1)];
            var shares = (((numbers - (places * steps)).to(differences.dtype) + 0.5) / steps).reshape(perRow);
            var along = differences.index_select(0, chosen);
            var gradients = function.Select(chosen).Gradient(baselines.index_select(0, chosen) + (along * shares));
            sums.index_add_(0, places, gradients * along / steps, 1);
        }

        return sums.MoveToOuterDisposeScope();
    }
}
