namespace Microsoft.ML.Adversarial.TestData;

internal static class Mnist
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "mnist");

    /// <summary>The first test images, in memory: Features is Vector&lt;Single, 1, 28, 28&gt; in [0, 1].</summary>
    public static IDataView Load(MLContext ml, int count) => ml.Data.Cache(ml.Data.TakeRows(
        ml.Data.LoadFromIdx(Path.Combine(Folder, "t10k-images-idx3-ubyte.gz"), Path.Combine(Folder, "t10k-labels-idx1-ubyte.gz")), count));
}
