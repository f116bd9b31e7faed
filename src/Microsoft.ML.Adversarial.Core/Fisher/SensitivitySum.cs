using System.Numerics;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>
/// Puts the sensitivity together from gradients per class. With d = 1 − p_max, q = d·q̃, M_j and B_j the input gradients of the tangent's and
/// the logits' differences u_j and z_j, b = Σq̃B, ū = Σq̃u and c = Σq̃M + Σq̃u(B − db), it is
/// Σ_j q̃_j (M_j − dc)((u_j − dū)(B_j − db) + M_j − dc) + d p_max c (c − dūb), times scales. One sweep over memory, where operations on tensors
/// would take ten per class.
/// </summary>
internal static class SensitivitySum
{
    /// <summary>Room for the gradients of all classes, on the CPU: [C − 1, N, features], zero where rows are filled up to whole vectors.</summary>
    public static Tensor Buffer(long count, Tensor inputs)
    {
        var type = inputs.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        var width = type == ScalarType.Float64 ? Vector<double>.Count : Vector<float>.Count;
        var features = inputs.numel() / inputs.shape[0];
        return zeros([count, inputs.shape[0], (features + width - 1) / width * width], type);
    }

    /// <param name="pass">The tangent, probabilities and shapes.</param>
    /// <param name="tangents">M in a buffer.</param>
    /// <param name="slopes">B in a buffer.</param>
    /// <returns>Shape [N, …], in the inputs' type.</returns>
    public static Tensor Of(TangentPass pass, Tensor tangents, Tensor slopes)
    {
        using var scope = NewDisposeScope();
        var sum = empty_like(tangents.select(0, 0));
        if (tangents.dtype == ScalarType.Float64)
        {
            Fill<double>(pass, tangents, slopes, sum);
        }
        else
        {
            Fill<float>(pass, tangents, slopes, sum);
        }

        var features = pass.Inputs.numel() / pass.Inputs.shape[0];
        return sum.narrow(1, 0, features).reshape(pass.Inputs.shape).to(pass.Inputs.dtype).to(pass.Inputs.device).MoveToOuterDisposeScope();
    }

    private static void Fill<T>(TangentPass pass, Tensor tangents, Tensor slopes, Tensor sum)
        where T : unmanaged, INumber<T>
    {
        var (rows, count) = (pass.Frame.Rows, pass.Frame.Classes - 1);
        ReadOnlySpan<T> m = MemoryMarshal.Cast<byte, T>(tangents.bytes);
        ReadOnlySpan<T> b = MemoryMarshal.Cast<byte, T>(slopes.bytes);
        var result = MemoryMarshal.Cast<byte, T>(sum.bytes);
        var values = HostDoubles.Of(pass.Tangent).Values;
        var features = result.Length / rows;
        var terms = new Terms<T>(count);
        for (var row = 0; row < rows; row++)
        {
            terms.Read(pass, values, row);
            for (var at = row * features; at < (row + 1) * features; at += Vector<T>.Count)
            {
                terms.Sum(m, b, result.Length, at).CopyTo(result[at..]);
            }
        }
    }

    /// <summary>What one row's features have in common.</summary>
    private sealed class Terms<T>(int count)
        where T : unmanaged, INumber<T>
    {
        private readonly double[] _differences = new double[count];
        private readonly T[] _shares = new T[count];
        private readonly T[] _tangents = new T[count];
        private readonly T[] _centred = new T[count];
        private T _doubt;
        private T _rest;
        private T _most;

        public void Read(TangentPass pass, ReadOnlySpan<double> values, int row)
        {
            pass.FillDifferences(values, row, _differences);
            var (doubt, others, mean) = (pass.Frame.Doubt(row), pass.Frame.Others(row).ToArray(), 0.0);
            for (var other = 0; other < others.Length; other++)
            {
                others[other] = doubt == 0 ? 0 : others[other] / doubt;
                mean += others[other] * _differences[other];
            }

            for (var other = 0; other < others.Length; other++)
            {
                _shares[other] = T.CreateTruncating(others[other]);
                _tangents[other] = T.CreateTruncating(_differences[other]);
                _centred[other] = T.CreateTruncating(_differences[other] - (doubt * mean));
            }

            _doubt = T.CreateTruncating(doubt);
            _rest = T.CreateTruncating(doubt * mean);
            _most = T.CreateTruncating(doubt * (1 - doubt));
        }

        public Vector<T> Sum(ReadOnlySpan<T> m, ReadOnlySpan<T> b, int stride, int at)
        {
            var meanSlope = Vector<T>.Zero;
            for (var other = 0; other < _shares.Length; other++)
            {
                meanSlope += new Vector<T>(b[((other * stride) + at)..]) * _shares[other];
            }

            var (shift, slope) = (Vector<T>.Zero, meanSlope * _doubt);
            for (var other = 0; other < _shares.Length; other++)
            {
                var position = (other * stride) + at;
                shift += (new Vector<T>(m[position..]) + ((new Vector<T>(b[position..]) - slope) * _tangents[other])) * _shares[other];
            }

            var sum = shift * _most * (shift - (meanSlope * _rest));
            shift *= _doubt;
            for (var other = 0; other < _shares.Length; other++)
            {
                var position = (other * stride) + at;
                var change = new Vector<T>(m[position..]) - shift;
                sum += change * _shares[other] * (((new Vector<T>(b[position..]) - slope) * _centred[other]) + change);
            }

            return sum;
        }
    }
}
