using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Certification;

/// <summary>
/// Two classes divided by the plane x₀ = ½ among five features, class 1 above: smoothed, class 1 has probability Φ((x₀ − ½) / σ), and the class
/// changes exactly at the distance |x₀ − ½|. It notes how far the inputs went that it was asked about.
/// </summary>
internal sealed class HalfSpace : IDifferentiableClassifier
{
    public IReadOnlyList<long> InputShape { get; } = [5];

    public int ClassCount => 2;

    public InputBounds Bounds => InputBounds.Unit;

    public ScalarType ElementType => ScalarType.Float32;

    public Device Device => CPU;

    /// <summary>The largest value that was asked about.</summary>
    public float Largest { get; private set; }

    /// <summary>The rows that were asked about.</summary>
    public long Rows { get; private set; }

    /// <summary>Called before each pass.</summary>
    public Action OnPass { get; init; } = () => { };

    public Tensor Logits(Tensor inputs)
    {
        OnPass();
        using var scope = TorchSharp.torch.NewDisposeScope();
        Rows += inputs.shape[0];
        Largest = Math.Max(Largest, inputs.detach().amax().item<float>());
        Tensor gap = inputs.select(1, 0) - 0.5;
        return stack([-gap, gap], 1).MoveToOuterDisposeScope();
    }

    /// <summary>Rows at given signed distances from the plane.</summary>
    public static Tensor At(params double[] distances)
    {
        Tensor rows = full([distances.Length, 5], 0.5f);
        for (int row = 0; row < distances.Length; row++)
        {
            rows[row, 0] = (float)(0.5 + distances[row]);
        }

        return rows;
    }
}
