using Microsoft.ML.Adversarial.Data;

namespace Microsoft.ML;

/// <summary>
/// Adversarial robustness for ML.NET: every entry point, as extension methods of the catalogs of <see cref="MLContext"/>.
/// </summary>
public static partial class AdversarialCatalog
{
    /// <summary>
    /// Loads images and labels from a pair of IDX files, the format of MNIST, Fashion-MNIST and EMNIST.
    /// <list type="table">
    /// <item>
    /// <term><c>Features</c></term>
    /// <description>
    /// Vector of Single in [0, 1] (byte / 255): 1 × rows × columns from a file of 3 dimensions, channels × rows × columns from one
    /// of 4, a plain vector from one of 2.
    /// </description>
    /// </item>
    /// <item>
    /// <term><c>Label</c></term>
    /// <description>Key with the values "0", "1", … as text.</description>
    /// </item>
    /// </list>
    /// </summary>
    /// <remarks>
    /// Rows are streamed in the order of the files each time the view is read, and a file is opened only if its column is read.
    /// To read the same rows many times, put <c>ml.Data.Cache</c> after it.
    /// </remarks>
    /// <param name="catalog">The catalog, <c>ml.Data</c>.</param>
    /// <param name="imagesPath">The IDX file of images, unsigned bytes, plain or gzip (told apart by content, not by name).</param>
    /// <param name="labelsPath">The IDX file of labels, unsigned bytes, plain or gzip.</param>
    /// <param name="classCount">
    /// How many classes there are, at least 1. By default the largest label plus one, for which the labels are read once now; pass
    /// it where a file may lack the last classes, so that training and test labels have the same key type.
    /// </param>
    /// <returns>A view with as many rows as the files count.</returns>
    /// <exception cref="ArgumentException">A path is null or empty, or <paramref name="classCount"/> is less than 1.</exception>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">
    /// A file is not an IDX file of unsigned bytes, or the two have different counts. Thrown while reading rows: a file ends too
    /// early or too late or is damaged, or a label is not below <paramref name="classCount"/>; the message names the row.
    /// </exception>
    public static IDataView LoadFromIdx(this DataOperationsCatalog catalog, string imagesPath, string labelsPath, int? classCount = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrEmpty(imagesPath);
        ArgumentException.ThrowIfNullOrEmpty(labelsPath);
        if (classCount < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(classCount), classCount, "Expected at least 1 class; leave it out to have the labels counted.");
        }
        return new IdxDataView(imagesPath, labelsPath, classCount);
    }
}
