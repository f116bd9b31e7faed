using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Tool;

internal static class TensorAssert
{
    public static void AreEqual(Tensor expected, Tensor actual)
    {
        Assert.AreEqual(expected.dtype, actual.dtype);
        CollectionAssert.AreEqual(expected.shape, actual.shape);
        Assert.IsTrue(expected.eq(actual).all().item<bool>(), $"Expected {Text(expected)}, got {Text(actual)}.");
    }

    public static void AreClose(Tensor expected, Tensor actual) =>
        Assert.IsTrue(expected.allclose(actual, 1e-5, 1e-6), $"Expected {Text(expected)}, got {Text(actual)}.");

    private static string Text(Tensor values) => values.ToString(TorchSharp.TensorStringStyle.CSharp);
}
