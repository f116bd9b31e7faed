using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Pictures;

namespace Microsoft.ML.Adversarial.Evaluation.Reports;

/// <summary>A picture in a report.</summary>
public sealed record ReportedPicture
{
    private static readonly byte[] Signature = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>A picture from a PNG file.</summary>
    /// <param name="png">The content of the file, which the report holds.</param>
    /// <param name="caption">What it shows: read out to those who cannot see it.</param>
    /// <exception cref="ArgumentException">This is no PNG.</exception>
    public ReportedPicture(byte[] png, string caption)
    {
        ArgumentNullException.ThrowIfNull(png);
        ArgumentNullException.ThrowIfNull(caption);
        if (!png.AsSpan().StartsWith(Signature))
        {
            throw new ArgumentException("Expected the content of a PNG file, got other bytes.", nameof(png));
        }

        (Png, Caption) = (png.ToArray(), caption);
    }

    /// <summary>A grid of tiles.</summary>
    /// <param name="grid">The grid.</param>
    /// <param name="caption">What it shows: read out to those who cannot see it.</param>
    public ReportedPicture(PictureGrid grid, string caption)
        : this((grid ?? throw new ArgumentNullException(nameof(grid))).ToPng(), caption)
    {
    }

    /// <summary>
    /// The first rows under attack: each image, what the attack makes of it, and the difference, with the label and what the network reads;
    /// see <see cref="AttackPicture"/>. Attacks the column that the network reads, before input transformations if there are any.
    /// </summary>
    /// <param name="model">The fitted model: the whole chain, whose network reads images.</param>
    /// <param name="rows">The rows, as the chain reads them, with their labels, of at least two classes.</param>
    /// <param name="attack">The attack, such as <c>new ProjectedGradientDescent(Norm.LInfinity, 0.1)</c>.</param>
    /// <param name="count">On how many of the first rows, at least 1. Default 6.</param>
    /// <param name="labelColumnName">The label; where the model reads it a key, or a Boolean for a binary model.</param>
    /// <param name="seed">Seed of all random draws, which belong to it and to the row's number.</param>
    /// <exception cref="ArgumentException">
    /// The chain has no network or one that does not read images; columns are missing; there are no rows or rows of one class only; or the
    /// network lacks what the attack needs.
    /// </exception>
    public static ReportedPicture OfAttack(
        ITransformer model, IDataView rows, Attack attack, int count = 6, string labelColumnName = "Label", long seed = 0)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(attack);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentException.ThrowIfNullOrEmpty(labelColumnName);
        return ClassifierOfModel.HasNetwork(model)
            ? AttackedImages.Draw(AttackedData.Of(model, rows, labelColumnName), attack, count, seed)
            : throw new ArgumentException(
                $"{nameof(OfAttack)}: expected a model with a network that reads images, got {model.GetType().Name} without a network.",
                nameof(model));
    }

    /// <summary>The content of the PNG file.</summary>
    public ReadOnlyMemory<byte> Png { get; }

    /// <summary>What it shows.</summary>
    public string Caption { get; }
}
