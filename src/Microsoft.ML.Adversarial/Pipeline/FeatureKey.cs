using System.Runtime.InteropServices;

namespace Microsoft.ML.Adversarial.Pipeline;

/// <summary>
/// A number that depends on a row's features alone, so that equal rows draw equal noise wherever they stand: FNV-1a over their bytes.
/// </summary>
internal static class FeatureKey
{
    private const ulong Start = 0xCBF29CE484222325;
    private const ulong Prime = 0x100000001B3;

    public static long Of(ReadOnlySpan<float> features)
    {
        var key = Start;
        foreach (var part in MemoryMarshal.AsBytes(features))
        {
            key = unchecked((key ^ part) * Prime);
        }

        return unchecked((long)key);
    }
}
