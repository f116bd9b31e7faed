using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Adversarial.Norms;

/// <summary>
/// One L∞ gradient step in one pass over memory: x ← clamp(x₀ + clamp(x + α·sign(g) − x₀, −ε, ε)). As six tensor operations the same
/// arithmetic, in the same order and so with the same bits, costs a tenth of a small network's gradient. The native minimum and maximum do not
/// care for NaN, which inputs and bounds never are.
/// </summary>
internal static class BoxStep
{
    /// <summary>x ← clamp(x, clamp(x₀ − ε), clamp(x₀ + ε)), in one pass.</summary>
    public static void Clip(Span<float> inputs, ReadOnlySpan<float> originals, float epsilon, float lower, float upper)
    {
        var epsilons = Vector512.Create(epsilon);
        var (lowers, uppers) = (Vector512.Create(lower), Vector512.Create(upper));
        var cells = MemoryMarshal.Cast<float, Vector512<float>>(inputs);
        var starts = MemoryMarshal.Cast<float, Vector512<float>>(originals)[..cells.Length];
        for (var block = 0; block < cells.Length; block++)
        {
            var original = starts[block];
            var least = Vector512.MinNative(Vector512.MaxNative(original - epsilons, lowers), uppers);
            var greatest = Vector512.MinNative(Vector512.MaxNative(original + epsilons, lowers), uppers);
            cells[block] = Vector512.MinNative(Vector512.MaxNative(cells[block], least), greatest);
        }

        for (var index = cells.Length * Vector512<float>.Count; index < inputs.Length; index++)
        {
            var least = Math.Clamp(originals[index] - epsilon, lower, upper);
            inputs[index] = Math.Clamp(inputs[index], least, Math.Clamp(originals[index] + epsilon, lower, upper));
        }
    }

    /// <param name="inputs">x, written in place.</param>
    /// <param name="originals">x₀, as long.</param>
    /// <param name="gradient">g, as long.</param>
    /// <param name="length">α.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="lower">Lower input bound.</param>
    /// <param name="upper">Upper input bound.</param>
    public static void Apply(
        Span<float> inputs, ReadOnlySpan<float> originals, ReadOnlySpan<float> gradient, float length, float epsilon, float lower, float upper)
    {
        var (steps, epsilons) = (Vector512.Create(length), Vector512.Create(epsilon));
        var (lowers, uppers) = (Vector512.Create(lower), Vector512.Create(upper));
        var cells = MemoryMarshal.Cast<float, Vector512<float>>(inputs);
        var starts = MemoryMarshal.Cast<float, Vector512<float>>(originals)[..cells.Length];
        var slopes = MemoryMarshal.Cast<float, Vector512<float>>(gradient)[..cells.Length];
        for (var block = 0; block < cells.Length; block++)
        {
            var (original, slope) = (starts[block], slopes[block]);
            var up = Vector512.ConditionalSelect(Vector512.GreaterThan(slope, Vector512<float>.Zero), steps, Vector512<float>.Zero);
            var step = Vector512.ConditionalSelect(Vector512.LessThan(slope, Vector512<float>.Zero), -steps, up);
            var change = cells[block] + step - original;
            var within = original + Vector512.MinNative(Vector512.MaxNative(change, -epsilons), epsilons);
            cells[block] = Vector512.MinNative(Vector512.MaxNative(within, lowers), uppers);
        }

        for (var index = cells.Length * Vector512<float>.Count; index < inputs.Length; index++)
        {
            var step = gradient[index] > 0 ? length : gradient[index] < 0 ? -length : 0;
            var change = inputs[index] + step - originals[index];
            inputs[index] = Math.Clamp(originals[index] + Math.Clamp(change, -epsilon, epsilon), lower, upper);
        }
    }
}
