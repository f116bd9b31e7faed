using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

[TestClass]
public sealed class ThreadTests
{
    private const int Threads = 8;
    private const int Rows = 6;

    [TestMethod]
    public void ThreadsOnOneNetworkGetWhatOneThreadGets()
    {
        using NetworkClassifier classifier = new(Golden.Network("cnn"), InputBounds.Unit);
        using nn.Module<Tensor, Tensor> module = UserModules.Create("LayerNorm");
        using NetworkClassifier slow = new(module, [6], 3, InputBounds.Unbounded);
        byte[][] expected = [.. Enumerable.Range(0, Threads).Select(thread => Work(classifier, slow, thread))];

        using Barrier together = new(Threads);
        byte[][] actual = new byte[Threads][];
        Exception?[] failures = new Exception?[Threads];
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(thread => new Thread(() =>
        {
            try
            {
                together.SignalAndWait();
                actual[thread] = Work(classifier, slow, thread);
            }
            catch (Exception failure)
            {
                failures[thread] = failure;
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        CollectionAssert.AreEqual(new Exception?[Threads], failures);
        for (int thread = 0; thread < Threads; thread++)
        {
            CollectionAssert.AreEqual(expected[thread], actual[thread], $"thread {thread}");
        }

        Assert.IsTrue(classifier.Module.parameters().All(parameter => parameter.grad is null));
    }

    // Threads start at different places, so that each kind of work meets each other.
    private static byte[] Work(NetworkClassifier classifier, NetworkClassifier slow, int thread)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor images = Mnist.Images(Threads * Rows).narrow(0, thread * Rows, Rows);
        Tensor labels = Mnist.Labels(Threads * Rows).narrow(0, thread * Rows, Rows);
        Tensor vectors = TestNetworks.Normal([Rows, 6], seed: (ulong)thread);
        Func<Tensor>[] kinds =
        [
            () => classifier.Logits(images).detach(),
            () => new FisherTrace(classifier).Score(images),
            () => new ProjectedGradientDescent(Norm.LInfinity, 0.1) { Steps = 5 }.Run(classifier, images, Goal.Misclassify(labels)).Inputs,
            () => new FisherTrace(slow).Score(vectors),
        ];
        byte[][] results = new byte[kinds.Length][];
        for (int round = 0; round < 3 * kinds.Length; round++)
        {
            int kind = (round + thread) % kinds.Length;
            results[kind] = SmallNetwork.Bits(kinds[kind]());
        }

        return [.. results.SelectMany(result => result)];
    }
}
