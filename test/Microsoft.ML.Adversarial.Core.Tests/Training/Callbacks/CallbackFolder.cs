namespace Microsoft.ML.Adversarial.Training.Callbacks;

/// <summary>A training and a folder for what its callbacks write.</summary>
internal sealed class CallbackFolder : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory();

    public TrainingTask Task { get; } = new();

    public string this[string name] => Path.Combine(folder.FullName, name);

    /// <summary>Stops at an epoch and continues from the checkpoint, in which the epoch before that one is the last.</summary>
    public List<TrainingProgress> RunInTwo(TrainingOptions options, int stop)
    {
        using CancellationTokenSource source = new();
        using TrainingTask first = new();
        IReadOnlyList<ITrainingCallback> callbacks = options.Callbacks;
        options.CheckpointPath = this["training.safetensors"];
        options.RethrowCallbackExceptions = true;
        // Killed after the callbacks were told of the epoch and before it was in the checkpoint.
        options.Callbacks = [.. callbacks, new ScriptedCallback { AtEpochEnd = (_, epoch) => KillIf(epoch.Progress.Epoch == stop) }];
        Assert.ThrowsExactly<TimeoutException>(() => first.Run(options));
        options.Callbacks = callbacks;
        List<TrainingProgress> rest = Task.Run(options);
        Assert.AreEqual(stop, rest[0].Epoch);
        return rest;
    }

    public void Dispose()
    {
        Task.Dispose();
        folder.Delete(recursive: true);
    }

    private static void KillIf(bool holds)
    {
        if (holds)
        {
            throw new TimeoutException();
        }
    }
}
