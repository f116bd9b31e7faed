using System.Numerics;
using System.Runtime.InteropServices;
using Microsoft.ML.Adversarial.Norms;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training;

/// <summary>
/// A step of Adam (Kingma &amp; Ba 2015, arXiv:1412.6980, algorithm 1) or AdamW (Loshchilov &amp; Hutter 2019, arXiv:1711.05101, algorithm 2) in one
/// walk over memory, on TorchSharp's state. Its own step takes nine, as long as a whole pass through a small network.
/// </summary>
/// <param name="WeightDecay">Weight decay, at least 0.</param>
/// <param name="IsDecoupled">Whether weights decay by themselves, as in AdamW, rather than through the gradient.</param>
internal sealed record AdamStep(double WeightDecay, bool IsDecoupled)
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.999;
    private const float Epsilon = 1e-8f;

    /// <summary>Moves all weights that have gradients, or none where some do not lie in memory as this needs them.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="states">The optimiser's state for each of them.</param>
    /// <param name="learningRate">The learning rate of this step.</param>
    /// <returns>Whether the step was taken.</returns>
    public bool TryTake(IReadOnlyList<Parameter> weights, IReadOnlyList<OptimizerState> states, double learningRate)
    {
        using var scope = NewDisposeScope();
        var gradients = weights.Select(weight => weight.grad).ToArray();
        for (var index = 0; index < gradients.Length; index++)
        {
            if (gradients[index] is { } gradient && !(MomentsOf(states[index]) is var (mean, square) && PlainCells.Have(weights[index], gradient, mean, square)))
            {
                return false;
            }
        }

        for (var index = 0; index < gradients.Length; index++)
        {
            if (gradients[index] is { } gradient)
            {
                var (mean, square) = MomentsOf(states[index])!.Value;
                Move(PlainCells.Of(weights[index]), PlainCells.Of(gradient), PlainCells.Of(mean), PlainCells.Of(square), learningRate, Count(states[index]));
            }
        }

        return true;
    }

    private static (Tensor Mean, Tensor Square)? MomentsOf(OptimizerState state) => state switch
    {
        Adam.State { exp_avg: { } mean, exp_avg_sq: { } square } => (mean, square),
        AdamW.State { exp_avg: { } mean, exp_avg_sq: { } square } => (mean, square),
        _ => null,
    };

    private static long Count(OptimizerState state) => state is Adam.State adam ? ++adam.step : ++((AdamW.State)state).step;

    private void Move(Span<float> weights, Span<float> gradients, Span<float> means, Span<float> squares, double learningRate, long step)
    {
        var rest = weights.Length % Vector<float>.Count;
        var whole = weights.Length - rest;
        MoveVectors(Vectors(weights), Vectors(gradients), Vectors(means), Vectors(squares), learningRate, step);
        if (rest > 0)
        {
            Span<Vector<float>> padded = stackalloc Vector<float>[4];
            padded.Clear();
            var (w, g, m, v) = (0, 1, 2, 3);
            weights[whole..].CopyTo(Cells(padded, w));
            gradients[whole..].CopyTo(Cells(padded, g));
            means[whole..].CopyTo(Cells(padded, m));
            squares[whole..].CopyTo(Cells(padded, v));
            MoveVectors(padded.Slice(w, 1), padded.Slice(g, 1), padded.Slice(m, 1), padded.Slice(v, 1), learningRate, step);
            Cells(padded, w)[..rest].CopyTo(weights[whole..]);
            Cells(padded, m)[..rest].CopyTo(means[whole..]);
            Cells(padded, v)[..rest].CopyTo(squares[whole..]);
        }
    }

    private void MoveVectors(
        Span<Vector<float>> weights, Span<Vector<float>> gradients, Span<Vector<float>> means, Span<Vector<float>> squares, double learningRate, long step)
    {
        var length = (float)(learningRate / (1 - Math.Pow(Beta1, step)));
        var correction = (float)(1 / Math.Sqrt(1 - Math.Pow(Beta2, step)));
        var kept = IsDecoupled ? (float)(1 - (learningRate * WeightDecay)) : 1;
        var pulled = IsDecoupled ? 0 : (float)WeightDecay;
        for (var place = 0; place < weights.Length; place++)
        {
            var gradient = gradients[place] + (weights[place] * pulled);
            var mean = (means[place] * (float)Beta1) + (gradient * (float)(1 - Beta1));
            var square = (squares[place] * (float)Beta2) + (gradient * gradient * (float)(1 - Beta2));
            (means[place], squares[place]) = (mean, square);
            weights[place] = (weights[place] * kept) - (mean * length / ((Vector.SquareRoot(square) * correction) + new Vector<float>(Epsilon)));
        }
    }

    private static Span<Vector<float>> Vectors(Span<float> cells) => MemoryMarshal.Cast<float, Vector<float>>(cells);

    private static Span<float> Cells(Span<Vector<float>> vectors, int place) => MemoryMarshal.Cast<Vector<float>, float>(vectors.Slice(place, 1));
}
