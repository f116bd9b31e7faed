using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Adversarial.TestData;

/// <summary>A small picture, in memory and as a file, of a kind that can be told from its colours: more red than blue, or the other way round.</summary>
internal sealed class Picture
{
    public const int Height = 6;
    public const int Width = 8;

    [ImageType(Height, Width)]
    public MLImage? Image { get; set; }

    public string Path { get; set; } = "";

    public string Kind { get; set; } = "";

    public float Weight { get; set; }

    /// <summary>Pictures with noise, of which every other one is warm.</summary>
    public static Picture[] Some(int count, TemporaryFolder? folder = null, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(index =>
        {
            var isWarm = index % 2 == 0;
            byte[] bytes = [.. Enumerable.Range(0, Height * Width).SelectMany(_ => new[]
            {
                (byte)(random.Next(isWarm ? 90 : 120, isWarm ? 140 : 170)), (byte)random.Next(256),
                (byte)(random.Next(isWarm ? 120 : 90, isWarm ? 170 : 140)), byte.MaxValue,
            })];
            var picture = new Picture
            {
                Image = MLImage.CreateFromPixels(Width, Height, MLPixelFormat.Bgra32, bytes),
                Path = $"{index}.png",
                Kind = isWarm ? "warm" : "cold",
                Weight = random.NextSingle(),
            };
            if (folder is not null)
            {
                picture.Image.Save(folder.File(picture.Path));
            }

            return picture;
        })];
    }

    /// <summary>What makes pixels of images, in a column Features, and a key of the kind.</summary>
    public static IEstimator<ITransformer> Features(MLContext ml) => ml.Transforms.ResizeImages("Small", Width, Height, nameof(Image))
        .Append(ml.Transforms.ExtractPixels("Features", "Small", scaleImage: 1 / 255f))
        .Append(ml.Transforms.Conversion.MapValueToKey("Key", nameof(Kind)));
}
