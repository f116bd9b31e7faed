using System.Runtime.InteropServices;

namespace Microsoft.ML.Adversarial.Persistence;

/// <summary>Floats as little-endian bytes, which JSON holds as base64: exact, and a tenth of the digits.</summary>
internal static class SingleBytes
{
    public static byte[] Write(IReadOnlyList<float> values) => MemoryMarshal.AsBytes<float>([.. values]).ToArray();

    public static float[] Read(byte[] bytes) => bytes.Length % sizeof(float) == 0
        ? MemoryMarshal.Cast<byte, float>(bytes).ToArray()
        : throw new ArgumentException($"Expected 4 bytes per value, got {bytes.Length} bytes.");
}
