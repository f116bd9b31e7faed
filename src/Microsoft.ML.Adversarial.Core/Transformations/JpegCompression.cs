using Microsoft.ML.Adversarial.Norms;
using SkiaSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transformations;

/// <summary>
/// Images go through a JPEG file (Das et al. 2017, arXiv:1705.02900; Guo et al. 2018, arXiv:1711.00117, section 4): values of the range become
/// bytes, are compressed by SkiaSharp and read again. One channel is written as greyscale, three as red, green and blue, with the colours at half
/// the resolution, as is usual. Values outside the range go to its ends. Attacks go straight through. Works on the CPU, image by image.
/// </summary>
[TransformationName("jpeg")]
public sealed record JpegCompression : InputTransformation
{
    private readonly int _quality = 75;

    /// <summary>Quality of the file, from 1 to 100. Default 75, as in Guo et al.</summary>
    public int Quality
    {
        get => _quality;
        init => _quality = InRange(value, value is >= 1 and <= 100, ">= 1 and <= 100", nameof(Quality));
    }

    /// <inheritdoc/>
    public override TransformationGradient Gradient => TransformationGradient.StraightThrough;

    /// <inheritdoc/>
    public override bool NeedsImages => true;

    private protected override void RequireShape(IReadOnlyList<long> inputShape)
    {
        base.RequireShape(inputShape);
        if (inputShape[0] is not (1 or 3) || inputShape.Skip(1).Any(size => size > ushort.MaxValue))
        {
            throw new ArgumentException(
                $"{nameof(JpegCompression)} works on images of 1 or 3 channels and at most {ushort.MaxValue} pixels a side, got [{string.Join(", ", inputShape)}].");
        }
    }

    private protected override Tensor Transform(Tensor inputs, RowRandom random)
    {
        using var scope = NewDisposeScope();
        var (channels, height, width) = (inputs.shape[1], (int)inputs.shape[2], (int)inputs.shape[3]);
        var pixels = (ToUnit(inputs) * byte.MaxValue).round().to(ScalarType.Byte).cpu().permute(0, 2, 3, 1);
        if (channels > 1)
        {
            // Skia has no pixels of three bytes.
            pixels = nn.functional.pad(pixels, (0, 1), value: byte.MaxValue);
        }

        pixels = pixels.contiguous();
        var info = new SKImageInfo(width, height, channels == 1 ? SKColorType.Gray8 : SKColorType.Rgba8888, SKAlphaType.Opaque);
        var bytes = pixels.bytes;
        for (var start = 0; start < bytes.Length; start += info.BytesSize)
        {
            Compress(bytes.Slice(start, info.BytesSize), info);
        }

        var compressed = pixels.narrow(3, 0, channels).permute(0, 3, 1, 2).to(inputs.dtype, inputs.device) / byte.MaxValue;
        return FromUnit(compressed).contiguous().MoveToOuterDisposeScope();
    }

    private void Compress(Span<byte> pixels, SKImageInfo info)
    {
        using var image = SKImage.FromPixelCopy(info, pixels, info.RowBytes);
        using var file = image?.Encode(SKEncodedImageFormat.Jpeg, Quality);
        using var read = file is null ? null : SKBitmap.Decode(file, info);
        if (read is null || read.RowBytes != info.RowBytes)
        {
            throw new InvalidOperationException($"SkiaSharp could not compress and read an image of {info.Width} × {info.Height} pixels.");
        }

        read.GetPixelSpan().CopyTo(pixels);
    }
}
