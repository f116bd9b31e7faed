namespace Microsoft.ML.Adversarial.Training.Callbacks;

/// <summary>
/// Is told how a training goes, on the training's thread. Whatever a callback does, weights come out the same bit for bit, as long as it
/// leaves those and the batch alone. What it throws is reported, and training goes on; see <see
/// cref="TrainingOptions.RethrowCallbackExceptions"/>. A callback that is disposable is not disposed by the training.
/// </summary>
/// <remarks>
/// Around each call the network's mode, batch statistics and dropout masks, the thread's grad mode and the thread count are put back as
/// they were. Draws from the CPU's global random state go on from call to call in a sequence of the callbacks' own. Tensors made within a
/// call are freed after it, except those detached from their scope.
/// </remarks>
public interface ITrainingCallback
{
    /// <summary>
    /// Every how many batches the callback is told of one, at least 1, by <see cref="TrainingBatch.Number"/>: putting everything back after a
    /// call takes time, also where it did nothing. Default 1: of each.
    /// </summary>
    int EveryBatches => 1;

    /// <summary>Before the first epoch, or before the first one after a checkpoint.</summary>
    /// <param name="run">The training.</param>
    void TrainingStarted(TrainingRun run)
    {
    }

    /// <summary>Before the first batch of an epoch.</summary>
    /// <param name="run">The training.</param>
    /// <param name="epoch">From 1.</param>
    void EpochStarted(TrainingRun run, int epoch)
    {
    }

    /// <summary>Before the gradient step on a batch.</summary>
    /// <param name="run">The training.</param>
    /// <param name="batch">The batch, valid until <see cref="BatchEnded"/> returns; one of <see cref="EveryBatches"/>.</param>
    void BatchStarted(TrainingRun run, TrainingBatch batch)
    {
    }

    /// <summary>After the gradient step on a batch; not where its loss is NaN or infinite, since no step is taken then.</summary>
    /// <param name="run">The training.</param>
    /// <param name="batch">The batch, valid until this returns; one of <see cref="EveryBatches"/>.</param>
    /// <param name="loss">The training loss that the step was taken on; the mean where a loss uses a batch several times.</param>
    void BatchEnded(TrainingRun run, TrainingBatch batch, double loss)
    {
    }

    /// <summary>After the last batch of an epoch, when held-out rows have been judged.</summary>
    /// <param name="run">The training; with averaged weights, the network carries the average.</param>
    /// <param name="epoch">How it went.</param>
    void EpochEnded(TrainingRun run, TrainingEpoch epoch)
    {
    }

    /// <summary>When training is over, however it ended; the network carries the best weights.</summary>
    /// <param name="run">The training.</param>
    void TrainingEnded(TrainingRun run)
    {
    }
}
