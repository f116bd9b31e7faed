using TorchSharp;

// Some tests compare global state before and after.
[assembly: DoNotParallelize]

namespace Microsoft.ML.Adversarial;

[TestClass]
public static class TestAssembly
{
    /// <summary>On a busy machine two threads are slower than one, and sums depend on their number.</summary>
    [AssemblyInitialize]
    public static void UseOneThread(TestContext context) => torch.set_num_threads(1);
}
