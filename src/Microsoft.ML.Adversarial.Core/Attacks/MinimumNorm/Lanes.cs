using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Adversarial.Attacks.MinimumNorm;

/// <summary>What the rows of a descent need of vectors and the framework does not have.</summary>
/// <typeparam name="T">Single or Double.</typeparam>
internal static class Lanes<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A number in all places.</summary>
    public static Vector512<T> Of(double value) => Vector512.Create(T.CreateTruncating(value));

    public static Vector512<T> Clamp(Vector512<T> values, Vector512<T> lower, Vector512<T> upper) =>
        Vector512.MinNative(Vector512.MaxNative(values, lower), upper);

    /// <summary>e to the power of numbers that are at most 0, to a unit or two in the last place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Exp(Vector512<T> exponents) => typeof(T) == typeof(float)
        ? Exp(exponents.As<T, float>()).As<float, T>()
        : Vector512.Exp(exponents.As<T, double>()).As<double, T>();

    /// <summary>tanh and its slope, which stays exact where tanh itself rounds to 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector512<T> Tanh, Vector512<T> Slope) Tanh(Vector512<T> values)
    {
        // With e = exp(−2|w|), tanh w = ±(1 − e)/(1 + e), and its slope is 4e/(1 + e)².
        var one = Vector512<T>.One;
        var decay = Exp(Of(-2) * Vector512.Abs(values));
        var share = one / (one + decay);
        return (Vector512.CopySign((one - decay) * share, values), Of(4) * decay * share * share);
    }

    /// <summary>The inverse of tanh, between −1 and 1, to a unit or two in the last place of a 1.</summary>
    public static Vector512<T> Atanh(Vector512<T> values) => Of(0.5) * Log((Vector512<T>.One + values) / (Vector512<T>.One - values));

    private static Vector512<T> Log(Vector512<T> values) => typeof(T) == typeof(float)
        ? Vector512.Log(values.As<T, float>()).As<float, T>()
        : Vector512.Log(values.As<T, double>()).As<double, T>();

    // 2ⁿ·exp(r) with |r| ≤ ½ log 2 and a polynomial of least largest error for exp(r). The framework's goes through float64 and takes four times as long.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Exp(Vector512<float> exponents)
    {
        const float LogOfSmallest = -87.33654f;
        var bounded = Vector512.MaxNative(exponents, Vector512.Create(LogOfSmallest));
        var power = Vector512.Round(bounded * Vector512.Create(1.44269504f));
        var rest = Vector512.FusedMultiplyAdd(power, Vector512.Create(-0.693359375f), bounded);
        rest = Vector512.FusedMultiplyAdd(power, Vector512.Create(2.12194440e-4f), rest);
        var sum = Vector512.Create(1.9875691500e-4f);
        sum = Vector512.FusedMultiplyAdd(sum, rest, Vector512.Create(1.3981999507e-3f));
        sum = Vector512.FusedMultiplyAdd(sum, rest, Vector512.Create(8.3334519073e-3f));
        sum = Vector512.FusedMultiplyAdd(sum, rest, Vector512.Create(4.1665795894e-2f));
        sum = Vector512.FusedMultiplyAdd(sum, rest, Vector512.Create(1.6666665459e-1f));
        sum = Vector512.FusedMultiplyAdd(sum, rest, Vector512.Create(5.0000001201e-1f));
        sum = Vector512.FusedMultiplyAdd(sum, rest * rest, rest + Vector512<float>.One);
        var scale = Vector512.ShiftLeft(Vector512.ConvertToInt32Native(power) + Vector512.Create(127), 23).As<int, float>();
        return sum * scale;
    }
}
