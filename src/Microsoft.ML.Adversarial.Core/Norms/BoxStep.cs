using System.Numerics;

namespace Microsoft.ML.Adversarial.Norms;

/// <summary>
/// One L∞ gradient step in one pass over memory: x ← clamp(x₀ + clamp(x + α·sign(g) − x₀, −ε, ε)). As six tensor operations the same
/// arithmetic, in the same order and so with the same bits, costs a tenth of a small network's gradient.
/// </summary>
internal static class BoxStep
{
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
        var index = 0;
        for (; index <= inputs.Length - Vector<float>.Count; index += Vector<float>.Count)
        {
            var original = new Vector<float>(originals[index..]);
            var slope = new Vector<float>(gradient[index..]);
            var up = Vector.ConditionalSelect(Vector.GreaterThan(slope, Vector<float>.Zero), steps, Vector<float>.Zero);
            var step = Vector.ConditionalSelect(Vector.LessThan(slope, Vector<float>.Zero), -steps, up);
            var change = new Vector<float>(inputs[index..]) + step - original;
            var within = original + Vector.Min(Vector.Max(change, -epsilons), epsilons);
            Vector.Min(Vector.Max(within, lowers), uppers).CopyTo(inputs[index..]);
        }

        for (; index < inputs.Length; index++)
        {
            var change = inputs[index] + (length * MathF.Sign(gradient[index])) - originals[index];
            inputs[index] = Math.Clamp(originals[index] + Math.Clamp(change, -epsilon, epsilon), lower, upper);
        }
    }
}
