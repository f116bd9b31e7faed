using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Training.Losses;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training;

/// <summary>
/// Trains a network in place: the one loop that every trainer runs. What differs between ordinary training and a defence is the
/// <see cref="TrainingLoss"/>.
/// </summary>
public static class TrainingLoop
{
    private const int EvaluationRows = 1000;

    /// <summary>Trains until the epochs are done, the validation loss stops falling, or the run is cancelled, and keeps the best epoch.</summary>
    /// <param name="network">Trained in place; in evaluation mode afterwards.</param>
    /// <param name="rows">The training rows; the caller keeps owning them.</param>
    /// <param name="loss">What to make small.</param>
    /// <param name="options">How; see there for ranges.</param>
    /// <param name="generator">Decides the held-out rows, the order of batches and dropout.</param>
    /// <exception cref="AdversarialInputException">A value is NaN or infinite, or a label is not one of the classes; names the row.</exception>
    /// <exception cref="TrainingDivergedException">The loss became NaN or infinite before any epoch was complete.</exception>
    public static void Run(Network network, TrainingRows rows, TrainingLoss loss, TrainingOptions options, Generator generator)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(generator);
        options.Validate();
        rows.Require(network.ClassCount);
        var threads = get_num_threads();
        if (options.ThreadCount > 0)
        {
            set_num_threads(options.ThreadCount);
        }

        try
        {
            Train(network, rows, loss, options, generator);
        }
        finally
        {
            network.Module.eval();
            network.Module.zero_grad();
            set_num_threads(threads);
        }
    }

    private static void Train(Network network, TrainingRows rows, TrainingLoss loss, TrainingOptions options, Generator generator)
    {
        using var mode = inference_mode(false);
        using var grad = enable_grad();
        using var scope = NewDisposeScope();
        var (training, validation) = Split(rows, options.ValidationFraction, generator);
        using var optimizer = NetworkOptimizer.Create(network.Module, options);
        var best = new BestWeights(network.Module);
        var stepsPerEpoch = StepsPerEpoch(training.Count, options.BatchSize);
        network.SeedDropout(randint(0, long.MaxValue, [1], ScalarType.Int64, generator: generator).item<long>());

        for (var epoch = 0; epoch < options.Epochs; epoch++)
        {
            network.Module.train();
            using var epochScope = NewDisposeScope();
            var order = randperm(training.Count, generator: generator).to(training.Labels.device);
            var total = 0.0;
            for (var step = 0L; step < stepsPerEpoch; step++)
            {
                if (options.Cancellation.IsCancellationRequested)
                {
                    best.Restore();
                    return;
                }

                using var stepScope = NewDisposeScope();
                var done = ((epoch * stepsPerEpoch) + step) / (double)(options.Epochs * stepsPerEpoch);
                optimizer.LearningRate = options.LearningRate * options.Schedule.Factor(done);
                var start = step * options.BatchSize;
                var count = step == stepsPerEpoch - 1 ? training.Count - start : options.BatchSize;
                var batch = training.Select(order.narrow(0, start, count));
                var value = optimizer.Step(() => loss.Evaluate(network.Module, batch.Inputs, batch.Labels));
                if (!double.IsFinite(value))
                {
                    best.RestoreOrThrow(epoch + 1, step + 1, value);
                    return;
                }

                total += value;
            }

            network.Module.eval();
            if (!AreFinite(network.Module))
            {
                // The epoch's last step broke the weights; no later loss could tell.
                best.RestoreOrThrow(epoch + 1, stepsPerEpoch, double.NaN);
                return;
            }

            var judged = validation is null ? ((double Loss, double Accuracy)?)null : Evaluate(network, validation);
            var isBest = best.Offer(judged?.Loss);
            options.Progress?.Report(new(epoch + 1, options.Epochs, total / stepsPerEpoch, judged?.Loss, judged?.Accuracy, isBest));
            if (best.EpochsSince >= options.Patience)
            {
                break;
            }
        }

        best.Restore();
    }

    // Batch statistics need two rows: a last row on its own joins the batch before.
    private static long StepsPerEpoch(long rows, int batchSize) => Math.Max(1, (rows + batchSize - (rows % batchSize == 1 ? 2 : 1)) / batchSize);

    private static bool AreFinite(nn.Module module)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return module.parameters().All(parameter => parameter.isfinite().all().item<bool>());
    }

    private static (TrainingRows Training, TrainingRows? Validation) Split(TrainingRows rows, double fraction, Generator generator)
    {
        var held = (long)Math.Round(rows.Count * fraction);
        if (held == 0 || held == rows.Count)
        {
            return (rows, null);
        }

        using var order = randperm(rows.Count, generator: generator).to(rows.Labels.device);
        return (rows.Select(order.narrow(0, held, rows.Count - held)), rows.Select(order.narrow(0, 0, held)));
    }

    private static (double Loss, double Accuracy) Evaluate(Network network, TrainingRows rows)
    {
        using var inference = no_grad();
        var (loss, correct) = (0.0, 0L);
        for (var start = 0L; start < rows.Count; start += EvaluationRows)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(EvaluationRows, rows.Count - start);
            var labels = rows.Labels.narrow(0, start, count);
            var logits = network.Module.call(rows.Inputs.narrow(0, start, count));
            loss += nn.functional.cross_entropy(logits, labels, reduction: nn.Reduction.Sum).to(ScalarType.Float64).item<double>();
            correct += logits.argmax(1).eq(labels).sum().item<long>();
        }

        return (loss / rows.Count, (double)correct / rows.Count);
    }
}
