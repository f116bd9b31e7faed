using Microsoft.ML.Adversarial.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training.Callbacks;

[TestClass]
public sealed class CheckpointCallbackTests
{
    private readonly CallbackFolder folder = new();

    [TestCleanup]
    public void DeleteFolder() => folder.Dispose();

    [TestMethod]
    public void WhatWasSavedLoadsToTheSameLogits()
    {
        Dictionary<int, byte[]> logits = [];
        ScriptedCallback looking = new() { AtEpochEnd = (_, epoch) => logits[epoch.Progress.Epoch] = Logits(folder.Task.Network) };
        CheckpointCallback saving = new(folder["networks"]) { EveryEpochs = 2 };

        folder.Task.Run(new() { Epochs = 5, BatchSize = 72, WeightAveraging = 0.5, Callbacks = [saving, looking] });

        CollectionAssert.AreEquivalent(
            new[] { "network.json", "epoch-0002.safetensors", "epoch-0004.safetensors" },
            Directory.GetFiles(folder["networks"]).Select(Path.GetFileName).ToArray());
        foreach (int epoch in new[] { 2, 4 })
        {
            CollectionAssert.AreEqual(logits[epoch], SavedLogits($"epoch-{epoch:D4}.safetensors"));
        }

        CollectionAssert.AreNotEqual(logits[2], logits[4]);
    }

    [TestMethod]
    public void TheBestAloneIsTheNetworkThatIsKept()
    {
        List<TrainingProgress> reports = folder.Task.Run(
            new()
            {
                // A rate at which the loss jumps about.
                Optimizer = OptimizerKind.Sgd, LearningRate = 3, Schedule = LearningRateSchedule.Constant,
                Epochs = 12, BatchSize = 16, Patience = 12, Callbacks = [new CheckpointCallback(folder["networks"]) { BestOnly = true }],
            });
        Assert.IsFalse(reports[^1].IsBest, "the last epoch is the best: this test says less");
        Assert.HasCount(2, Directory.GetFiles(folder["networks"]));
        CollectionAssert.AreEqual(Logits(folder.Task.Network), SavedLogits("best.safetensors"));
    }

    [TestMethod]
    public void AFolderThatCannotBeWrittenIsAnErrorAtTheStart()
    {
        File.WriteAllText(folder["networks"], "");
        var e = Assert.ThrowsExactly<IOException>(
            () => folder.Task.Run(new() { RethrowCallbackExceptions = true, Callbacks = [new CheckpointCallback(folder["networks"])] }));
        Assert.StartsWith($"'{folder["networks"]}': expected a folder to save networks in, got: ", e.Message);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new CheckpointCallback(folder["networks"]) { EveryEpochs = 0 });
    }

    private byte[] SavedLogits(string weights)
    {
        using Network network = Network.Load(Path.Combine(folder["networks"], "network.json"), Path.Combine(folder["networks"], weights));
        return Logits(network);
    }

    private byte[] Logits(Network network)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable frozen = torch.no_grad();
        return SmallNetwork.Bits(network.Module.call(folder.Task.Rows.Inputs));
    }
}
