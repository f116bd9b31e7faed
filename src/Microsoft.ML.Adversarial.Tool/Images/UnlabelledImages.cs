using Microsoft.ML.Adversarial.Classifiers;

namespace Microsoft.ML.Adversarial.Tool.Images;

/// <summary>All images of an IDX file or a folder, whose classes are not looked at.</summary>
internal static class UnlabelledImages
{
    /// <summary>The images with values in [0, 1] in a column <c>Features</c>.</summary>
    /// <exception cref="InvalidDataException">They are none that the network reads.</exception>
    public static IDataView Read(string path, IClassifier network)
    {
        var context = new MLContext(seed: 0);
        return Directory.Exists(path)
            ? ImageFolder.Of(path, rows: null).ToView(context, new(network.InputShape, network.ClassCount, ReadsTextLabels: true))
            : ImageFiles.Open(path, labelsPath: null, rows: null, network).ToView(context, network.ClassCount);
    }
}
