using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>
/// Per row, the predicted class and the probabilities q of the others, in the order of their indices. In differences to the predicted logit
/// nothing cancels on saturated rows, where 1 − p_max has no digits left.
/// </summary>
internal sealed class DifferenceFrame
{
    private readonly int[] _predicted;
    private readonly double[] _others;
    private readonly double[] _doubts;

    private DifferenceFrame(int rows, int classes)
    {
        (Rows, Classes) = (rows, classes);
        _predicted = new int[rows];
        _others = new double[rows * (classes - 1)];
        _doubts = new double[rows];
    }

    public int Rows { get; }

    public int Classes { get; }

    /// <param name="logits">Shape [N, C].</param>
    public static DifferenceFrame Of(Tensor logits)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var frame = new DifferenceFrame((int)logits.shape[0], (int)logits.shape[1]);
        var exact = logits.detach().to(ScalarType.Float64);
        var values = HostDoubles.Of(exact).Values;
        var weights = HostDoubles.Of((exact - exact.amax([1], keepdim: true)).exp_()).Values;
        for (var row = 0; row < frame.Rows; row++)
        {
            var start = row * frame.Classes;
            frame.Fill(row, values.Slice(start, frame.Classes), weights.Slice(start, frame.Classes));
        }

        return frame;
    }

    /// <summary>The class with the largest logit, the smallest such class on ties, as in argmax.</summary>
    public int Predicted(int row) => _predicted[row];

    /// <summary>q: the probabilities of all classes but the predicted one, in the order of classes; length C − 1.</summary>
    public ReadOnlySpan<double> Others(int row) => _others.AsSpan(row * (Classes - 1), Classes - 1);

    /// <summary>1 − p_max, as the sum of q.</summary>
    public double Doubt(int row) => _doubts[row];

    /// <summary>Where a class stands among the others, or −1 for the predicted one.</summary>
    public int PositionOf(int row, int label) => label == _predicted[row] ? -1 : label < _predicted[row] ? label : label - 1;

    /// <summary>The class at a place among the others.</summary>
    public int ClassAt(int row, int position) => position < _predicted[row] ? position : position + 1;

    /// <summary>The cotangents of (each other logit − the predicted one), shape [C − 1, N, C].</summary>
    public Tensor DifferenceCotangents(Tensor logits)
    {
        var cotangents = HostDoubles.Zeros(Classes - 1, Rows, Classes);
        var values = cotangents.Values;
        for (var row = 0; row < Rows; row++)
        {
            for (var position = 0; position < Classes - 1; position++)
            {
                var start = ((position * Rows) + row) * Classes;
                values[start + _predicted[row]] = -1;
                values[start + ClassAt(row, position)] = 1;
            }
        }

        return cotangents.Like(logits);
    }

    private void Fill(int row, ReadOnlySpan<double> logits, ReadOnlySpan<double> weights)
    {
        var predicted = 0;
        for (var index = 1; index < Classes; index++)
        {
            predicted = logits[index] > logits[predicted] ? index : predicted;
        }

        _predicted[row] = predicted;
        var others = _others.AsSpan(row * (Classes - 1), Classes - 1);
        weights[..predicted].CopyTo(others);
        weights[(predicted + 1)..].CopyTo(others[predicted..]);
        var sum = 0.0;
        foreach (var other in others)
        {
            sum += other;
        }

        // The predicted class weighs 1, or NaN where a logit is NaN.
        var total = weights[predicted] + sum;
        for (var index = 0; index < others.Length; index++)
        {
            others[index] /= total;
        }

        _doubts[row] = sum / total;
    }
}
