using System.Numerics;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Adversarial.Norms;

/// <summary>
/// One L∞ gradient step in one pass over memory: x ← clamp(x₀ + clamp(x + α·sign(g) − x₀, −ε, ε)). As six tensor operations the same
/// arithmetic, in the same order and so with the same bits, costs a tenth of a small network's gradient.
/// </summary>
internal static class BoxStep
{
    /// <summary>x ← clamp(x, clamp(x₀ − ε), clamp(x₀ + ε)), in one pass.</summary>
    public static void Clip(Span<float> inputs, ReadOnlySpan<float> originals, float epsilon, float lower, float upper)
    {
        var epsilons = new Vector<float>(epsilon);
        var (lowers, uppers) = (new Vector<float>(lower), new Vector<float>(upper));
        var cells = MemoryMarshal.Cast<float, Vector<float>>(inputs);
        var starts = MemoryMarshal.Cast<float, Vector<float>>(originals)[..cells.Length];
        for (var block = 0; block < cells.Length; block++)
        {
            var original = starts[block];
            var least = Vector.Min(Vector.Max(original - epsilons, lowers), uppers);
            var greatest = Vector.Min(Vector.Max(original + epsilons, lowers), uppers);
            cells[block] = Vector.Min(Vector.Max(cells[block], least), greatest);
        }

        for (var index = cells.Length * Vector<float>.Count; index < inputs.Length; index++)
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
        var (steps, epsilons) = (new Vector<float>(length), new Vector<float>(epsilon));
        var (lowers, uppers) = (new Vector<float>(lower), new Vector<float>(upper));
        var cells = MemoryMarshal.Cast<float, Vector<float>>(inputs);
        var starts = MemoryMarshal.Cast<float, Vector<float>>(originals)[..cells.Length];
        var slopes = MemoryMarshal.Cast<float, Vector<float>>(gradient)[..cells.Length];
        for (var block = 0; block < cells.Length; block++)
        {
            var (original, slope) = (starts[block], slopes[block]);
            var up = Vector.ConditionalSelect(Vector.GreaterThan(slope, Vector<float>.Zero), steps, Vector<float>.Zero);
            var step = Vector.ConditionalSelect(Vector.LessThan(slope, Vector<float>.Zero), -steps, up);
            var change = cells[block] + step - original;
            var within = original + Vector.Min(Vector.Max(change, -epsilons), epsilons);
            cells[block] = Vector.Min(Vector.Max(within, lowers), uppers);
        }

        for (var index = cells.Length * Vector<float>.Count; index < inputs.Length; index++)
        {
            var change = inputs[index] + (length * MathF.Sign(gradient[index])) - originals[index];
            inputs[index] = Math.Clamp(originals[index] + Math.Clamp(change, -epsilon, epsilon), lower, upper);
        }
    }
}
