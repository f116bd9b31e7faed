using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks;

/// <summary>The bytes of a contiguous CPU tensor, in pieces that a span can hold.</summary>
internal static class SafetensorsBytes
{
    private const long ElementsPerPiece = 1 << 26;

    public delegate void Piece(Span<byte> bytes);

    public static void ForEachPiece(Tensor tensor, Piece piece)
    {
        var count = tensor.numel();
        using var flat = tensor.view(-1);
        for (long start = 0; start < count; start += ElementsPerPiece)
        {
            using var part = flat.narrow(0, start, Math.Min(ElementsPerPiece, count - start));
            piece(part.bytes);
        }
    }
}
