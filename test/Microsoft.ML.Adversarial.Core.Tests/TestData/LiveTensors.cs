using TorchSharp;

namespace Microsoft.ML.Adversarial.TestData;

/// <summary>Counts tensors of this thread: parameters and other threads do not show.</summary>
internal static class LiveTensors
{
    public static long Count => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

    /// <summary>The work leaves no tensor behind, and a scope around it holds exactly the tensors that it returned.</summary>
    public static void AssertNoneLeft(Func<IReadOnlyList<torch.Tensor>> work)
    {
        Free(work());
        long before = Count;
        Free(work());
        Assert.AreEqual(before, Count, "tensors alive after a call outside of any dispose scope");

        using DisposeScope scope = torch.NewDisposeScope();
        IReadOnlyList<torch.Tensor> results = work();
        CollectionAssert.AreEquivalent(
            results.Cast<IDisposable>().ToArray(), scope.DisposablesView.ToArray(), "what the caller's scope holds");
    }

    private static void Free(IEnumerable<torch.Tensor> tensors)
    {
        foreach (torch.Tensor tensor in tensors)
        {
            tensor.Dispose();
        }
    }
}
