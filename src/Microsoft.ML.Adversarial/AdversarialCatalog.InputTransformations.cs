using Microsoft.ML.Adversarial.Transformations;
using Microsoft.ML.Adversarial.Transforms;
using Microsoft.ML.Data;

namespace Microsoft.ML;

public static partial class AdversarialCatalog
{
    /// <summary>
    /// Transforms feature vectors before a network sees them, as a defence. Vectors of dimensions [height, width] or [channels, height, width] are
    /// images; transformations that need images put out [channels, height, width]. <see cref="AdversarialAttack(TransformsCatalog, ITransformer,
    /// Adversarial.Attacks.Attack, AttackColumns)"/> on a model that reads the result attacks both together, on the column that is read here.
    /// </summary>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="outputColumnName">The column that is added, a vector of Single.</param>
    /// <param name="transformation">The transformation and its settings, such as <c>new MedianSmoothing { Window = 3 }</c>.</param>
    /// <param name="inputColumnName">The features, a vector of Single of known size; null for <paramref name="outputColumnName"/>.</param>
    /// <param name="imageShape">[channels, height, width] of vectors that are flat; null for the column's dimensions.</param>
    /// <exception cref="ArgumentException">The transformation does not work on images of this shape.</exception>
    public static InputTransformationEstimator InputTransformation(
        this TransformsCatalog catalog, string outputColumnName, InputTransformation transformation, string? inputColumnName = null,
        int[]? imageShape = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        var seed = CatalogUtils.GetEnvironment(catalog).Register(nameof(InputTransformation)).Rand.Next();
        long[]? shape = imageShape is null ? null : [.. imageShape];
        return new(transformation, outputColumnName, inputColumnName ?? outputColumnName, shape, seed);
    }

    /// <summary>
    /// Gives each feature fewer values (Xu, Evans &amp; Qi 2018, arXiv:1704.01155); see
    /// <see cref="Adversarial.Transformations.BitDepthReduction"/>.
    /// </summary>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="outputColumnName">The column that is added, a vector of Single.</param>
    /// <param name="inputColumnName">The features, a vector of Single of known size; null for <paramref name="outputColumnName"/>.</param>
    /// <param name="bits">Bits per feature, from 1 to 16.</param>
    /// <param name="range">The values that features may take; null for 0..1.</param>
    public static InputTransformationEstimator BitDepthReduction(
        this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null, int bits = 4, ValueRange? range = null) =>
        catalog.InputTransformation(
            outputColumnName, new BitDepthReduction { Bits = bits, Range = range ?? ValueRange.Unit }, inputColumnName);

    /// <summary>
    /// Gives each pixel the median of a window (Xu, Evans &amp; Qi 2018, arXiv:1704.01155); see
    /// <see cref="Adversarial.Transformations.MedianSmoothing"/>.
    /// </summary>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="outputColumnName">The column that is added, a vector of Single [channels, height, width].</param>
    /// <param name="inputColumnName">The images, a vector of Single of known size; null for <paramref name="outputColumnName"/>.</param>
    /// <param name="window">Side of the window in pixels, from 2 to 15.</param>
    /// <param name="imageShape">[channels, height, width] of vectors that are flat; null for the column's dimensions.</param>
    /// <param name="range">The values that pixels may take, which bound attacks; null for 0..1.</param>
    public static InputTransformationEstimator MedianSmoothing(
        this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null, int window = 2, int[]? imageShape = null,
        ValueRange? range = null) =>
        catalog.InputTransformation(
            outputColumnName, new MedianSmoothing { Window = window, Range = range ?? ValueRange.Unit }, inputColumnName, imageShape);

    /// <summary>
    /// Puts images through a JPEG file (Das et al. 2017, arXiv:1705.02900); see <see cref="Adversarial.Transformations.JpegCompression"/>.
    /// </summary>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="outputColumnName">The column that is added, a vector of Single [channels, height, width].</param>
    /// <param name="inputColumnName">
    /// The images, of 1 or 3 channels, a vector of Single of known size; null for <paramref name="outputColumnName"/>.
    /// </param>
    /// <param name="quality">Quality of the file, from 1 to 100.</param>
    /// <param name="imageShape">[channels, height, width] of vectors that are flat; null for the column's dimensions.</param>
    /// <param name="range">The values that pixels may take; null for 0..1.</param>
    public static InputTransformationEstimator JpegCompression(
        this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null, int quality = 75, int[]? imageShape = null,
        ValueRange? range = null) =>
        catalog.InputTransformation(
            outputColumnName, new JpegCompression { Quality = quality, Range = range ?? ValueRange.Unit }, inputColumnName, imageShape);

    /// <summary>
    /// Drops random pixels and fills them in smoothly (Guo et al. 2018, arXiv:1711.00117); see
    /// <see cref="Adversarial.Transformations.TotalVariationMinimisation"/>.
    /// </summary>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="outputColumnName">The column that is added, a vector of Single [channels, height, width].</param>
    /// <param name="inputColumnName">The images, a vector of Single of known size; null for <paramref name="outputColumnName"/>.</param>
    /// <param name="dropProbability">How likely a pixel is dropped, at least 0, below 1.</param>
    /// <param name="weight">How much total variation counts, above 0, in units of the range.</param>
    /// <param name="imageShape">[channels, height, width] of vectors that are flat; null for the column's dimensions.</param>
    /// <param name="range">The values that pixels may take; null for 0..1.</param>
    public static InputTransformationEstimator TotalVariationMinimisation(
        this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null, double dropProbability = 0.5,
        double weight = 0.03, int[]? imageShape = null, ValueRange? range = null) =>
        catalog.InputTransformation(
            outputColumnName,
            new TotalVariationMinimisation { DropProbability = dropProbability, Weight = weight, Range = range ?? ValueRange.Unit },
            inputColumnName, imageShape);

    /// <summary>
    /// Makes images smaller and puts them into a frame at random (Xie et al. 2018, arXiv:1711.01991); see
    /// <see cref="Adversarial.Transformations.RandomResizePad"/>.
    /// </summary>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="outputColumnName">The column that is added, a vector of Single [channels, height, width].</param>
    /// <param name="inputColumnName">The images, a vector of Single of known size; null for <paramref name="outputColumnName"/>.</param>
    /// <param name="smallestSize">The smallest height that an image is resized to, as a share of its own; above 0, below 1.</param>
    /// <param name="probability">How likely an image is transformed, from 0 to 1.</param>
    /// <param name="imageShape">[channels, height, width] of vectors that are flat; null for the column's dimensions.</param>
    /// <param name="range">The values that pixels may take, the smallest of which is the frame's; null for 0..1.</param>
    public static InputTransformationEstimator RandomResizePad(
        this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null, double smallestSize = 0.9,
        double probability = 1, int[]? imageShape = null, ValueRange? range = null) =>
        catalog.InputTransformation(
            outputColumnName,
            new RandomResizePad { SmallestSize = smallestSize, Probability = probability, Range = range ?? ValueRange.Unit },
            inputColumnName, imageShape);

    /// <summary>
    /// Makes each feature a column of bits that is filled up to its value (Buckman et al. 2018); see
    /// <see cref="Adversarial.Transformations.ThermometerEncoding"/>. Train the network on the result.
    /// </summary>
    /// <param name="catalog">The catalog, <c>ml.Transforms</c>.</param>
    /// <param name="outputColumnName">
    /// The column that is added, a vector of Single with <paramref name="levels"/> times as many channels or features.
    /// </param>
    /// <param name="inputColumnName">The features, a vector of Single of known size; null for <paramref name="outputColumnName"/>.</param>
    /// <param name="levels">Bits per feature, from 2 to 256.</param>
    /// <param name="imageShape">[channels, height, width] of images that are flat vectors; null for the column's dimensions.</param>
    /// <param name="range">The values that features may take; null for 0..1.</param>
    public static InputTransformationEstimator ThermometerEncoding(
        this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null, int levels = 16, int[]? imageShape = null,
        ValueRange? range = null) =>
        catalog.InputTransformation(
            outputColumnName, new ThermometerEncoding { Levels = levels, Range = range ?? ValueRange.Unit }, inputColumnName, imageShape);
}
