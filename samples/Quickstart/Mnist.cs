using Microsoft.ML;

namespace Quickstart;

/// <summary>The MNIST digits, which the project file puts next to the program.</summary>
internal static class Mnist
{
    public const int TrainingImages = 60_000;
    public const int TestImages = 10_000;
    public const int Size = 28;
    public const int Pixels = Size * Size;
    public const int Digits = 10;

    /// <summary>Features: 1 × 28 × 28 in [0, 1]; Label: a key, "0" to "9".</summary>
    public static IDataView LoadTrain(MLContext ml) => Load(ml, "train");

    /// <inheritdoc cref="LoadTrain"/>
    public static IDataView LoadTest(MLContext ml) => Load(ml, "t10k");

    private static IDataView Load(MLContext ml, string part)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "mnist", part);
        return ml.Data.LoadFromIdx($"{path}-images-idx3-ubyte.gz", $"{path}-labels-idx1-ubyte.gz");
    }
}
