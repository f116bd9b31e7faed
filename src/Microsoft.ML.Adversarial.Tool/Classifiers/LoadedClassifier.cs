using Microsoft.ML.Adversarial.Classifiers;

namespace Microsoft.ML.Adversarial.Tool.Classifiers;

/// <summary>A classifier from files, with the model that it is part of, if it is part of one.</summary>
internal sealed class LoadedClassifier(IClassifier classifier, LoadedModel? model) : IDisposable
{
    public IClassifier Classifier => classifier;

    public LoadedModel? Model => model;

    /// <summary>The classifier as a network: what the two files of a network always give.</summary>
    public NetworkClassifier Network => (NetworkClassifier)classifier;

    public static LoadedClassifier FromNetwork(string definitionPath, string weightsPath, InputBounds bounds)
    {
        RequireFile(definitionPath, "a network definition");
        RequireFile(weightsPath, "the weights of a network");
        try
        {
            return new(new NetworkClassifier(Networks.Network.Load(definitionPath, weightsPath), bounds), null);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            throw new InvalidDataException($"'{definitionPath}': {ErrorLine.Of(exception)}", exception);
        }
    }

    public static LoadedClassifier FromModel(string path)
    {
        RequireFile(path, "a model");
        var model = LoadedModel.Load(path);
        return new(model.Network.Classifier, model);
    }

    public void Dispose() => (classifier as IDisposable)?.Dispose();

    public static void RequireFile(string path, string what)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"Expected {what} at '{path}', found no file. Check the path.", path);
        }
    }
}
