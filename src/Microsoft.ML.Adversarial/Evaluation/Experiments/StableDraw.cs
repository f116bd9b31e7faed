using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>Random numbers that depend on a seed and on what they are for, and on nothing that was drawn before.</summary>
internal static class StableDraw
{
    /// <summary>Uniform from 0 up to but not 1.</summary>
    public static double Uniform(long seed, params IReadOnlyList<string> purpose) => (Bits(seed, purpose) >> 11) * (1.0 / (1L << 53));

    /// <summary>A seed for an <see cref="MLContext"/>.</summary>
    public static int Seed(long seed, params IReadOnlyList<string> purpose) => (int)(Bits(seed, purpose) >> 33);

    /// <summary>Texts as one, none of which can pass for a part of another.</summary>
    public static string Join(IEnumerable<string> texts) => string.Concat(texts.Select(text => $"{text.Length}:{text};"));

    private static ulong Bits(long seed, IReadOnlyList<string> purpose) =>
        BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed} {Join(purpose)}")));
}
