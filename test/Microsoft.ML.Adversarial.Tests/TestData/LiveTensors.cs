using TorchSharp;

namespace Microsoft.ML.Adversarial.TestData;

/// <summary>How many tensors an action leaves behind.</summary>
internal static class LiveTensors
{
    public static long LeftBy(Action action)
    {
        // What earlier tests left must not be finalised meanwhile.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = torch.Tensor.TotalCount;
        action();
        return torch.Tensor.TotalCount - before;
    }
}
