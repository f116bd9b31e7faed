using System.Runtime.CompilerServices;
using TorchSharp;

// Some tests count the live tensors of the process.
[assembly: DoNotParallelize]

// What a schema shape promises is internal to ML.NET.
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Data")]

namespace Microsoft.ML.Adversarial;

[TestClass]
public static class TestAssembly
{
    /// <summary>On a busy machine two threads are slower than one, and sums depend on their number.</summary>
    [AssemblyInitialize]
    public static void UseOneThread(TestContext context) => torch.set_num_threads(1);
}
