using System.Diagnostics;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Training.Callbacks;
using Microsoft.ML.Adversarial.Training.Checkpoints;
using Microsoft.ML.Adversarial.Training.Losses;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training;

/// <summary>One training from its first epoch, or from a checkpoint, to its best weights.</summary>
internal sealed class TrainingSession : IDisposable
{
    // A robust accuracy that falls below this share of the best one so far is no fluctuation.
    private const double Collapse = 0.5;

    private readonly NetworkClassifier _classifier;
    private readonly Network _network;
    private readonly TrainingRows _rows;
    private readonly TrainingLoss _loss;
    private readonly TrainingOptions _options;
    private readonly Generator _generator;
    private readonly NetworkOptimizer _optimizer;
    private readonly BestWeights _best;
    private readonly WeightAverage? _average;
    private readonly CallbackList _callbacks;
    private readonly TrainingCheckpoint? _checkpoint;
    private readonly Tensor _start;
    private readonly Tensor _training;
    private readonly HeldOutRows? _heldOut;
    private readonly long _stepsPerEpoch;
    private readonly long _seed;
    private double _bestRobustAccuracy;
    private double _learningRate;
    private Tensor? _perturbation;
    private TrainingProgress? _lastReport;
    private string? _divergence;

    public TrainingSession(
        NetworkClassifier classifier, Network network, TrainingRows rows, TrainingLoss loss, TrainingOptions options, Generator generator)
    {
        (_classifier, _network, _rows, _loss, _options, _generator) = (classifier, network, rows, loss, options, generator);
        _checkpoint = options.CheckpointPath is { } path ? new(path, Description()) : null;
        _checkpoint?.TryRead(content => generator.set_state(content["start"]));
        _start = generator.get_state();
        (_training, _heldOut) = Split();
        _stepsPerEpoch = StepsPerEpoch(_training.shape[0], options.BatchSize);
        network.SeedDropout(Draw());
        _seed = Draw();
        _optimizer = NetworkOptimizer.Create(network.Module, options);
        _best = new BestWeights(network.Module);
        _average = options.WeightAveraging > 0 ? new(network.Module, options.WeightAveraging) : null;
        _callbacks = new(options, network);
    }

    public void Run()
    {
        var epoch = 0;
        if (_checkpoint is not null && !_checkpoint.TryRead(content => epoch = Load(content)))
        {
            // That the file can be written shows now rather than after the first epoch.
            _checkpoint.Write(content => Save(content, 0));
        }

        TrainingRun run = new(_classifier, _options.Epochs, _stepsPerEpoch) { EpochsDone = epoch, Stage = _options.StageName };
        var isOver = false;
        try
        {
            _callbacks.Tell(nameof(ITrainingCallback.TrainingStarted), callback => callback.TrainingStarted(run));
            Train(run);
            isOver = true;
        }
        finally
        {
            End(run, mayThrow: isOver);
        }
    }

    public void Dispose()
    {
        ForgetPerturbation();
        _optimizer.Dispose();
    }

    private void Train(TrainingRun run)
    {
        while (run.EpochsDone < _options.Epochs && _best.EpochsSince < _options.Patience && !run.IsStopRequested && TrainOneEpoch(run))
        {
            _checkpoint?.Write(content => Save(content, run.EpochsDone));
        }
    }

    // However training ended. What callbacks throw here must not hide why it did.
    private void End(TrainingRun run, bool mayThrow)
    {
        _network.Module.eval();
        _best.Restore();
        _callbacks.Tell(nameof(ITrainingCallback.TrainingEnded), callback => callback.TrainingEnded(run), mayThrow);
        if (Joined(_divergence, _callbacks.TakeFailures()) is { } warning)
        {
            var last = _lastReport ?? new(run.EpochsDone, run.Epochs, double.NaN, null, null, false);
            _options.Progress?.Report(last with { Warning = warning, IsAfterTraining = true });
        }
    }

    // Returns false where training ended within the epoch.
    private bool TrainOneEpoch(TrainingRun run)
    {
        var began = Stopwatch.GetTimestamp();
        var epoch = run.EpochsDone;
        _network.Module.train();
        _callbacks.Tell(nameof(ITrainingCallback.EpochStarted), callback => callback.EpochStarted(run, epoch + 1));
        using var scope = NewDisposeScope();
        var order = _training.index_select(0, randperm(_training.shape[0], generator: _generator).to(_training.device));
        var total = 0.0;
        ForgetPerturbation();
        for (var step = 0L; step < _stepsPerEpoch; step++)
        {
            if (_options.Cancellation.IsCancellationRequested)
            {
                return false;
            }

            var start = step * _options.BatchSize;
            var count = step == _stepsPerEpoch - 1 ? _training.shape[0] - start : _options.BatchSize;
            using var stepScope = NewDisposeScope();
            var value = TakeStep(run, step, order.narrow(0, start, count));
            if (!double.IsFinite(value))
            {
                Diverge(epoch + 1, step + 1, value);
                return false;
            }

            total += value;
        }

        _network.Module.eval();
        if (!AreFinite(_network.Module))
        {
            // The epoch's last step broke the weights; no later loss could tell.
            Diverge(epoch + 1, _stepsPerEpoch, double.NaN);
            return false;
        }

        _average?.Swap();
        var progress = Judge(epoch, total / _stepsPerEpoch);
        run.EpochsDone++;
        TrainingEpoch ended = new(progress, _learningRate, Stopwatch.GetElapsedTime(began));
        _callbacks.Tell(nameof(ITrainingCallback.EpochEnded), callback => callback.EpochEnded(run, ended));
        Report(progress);
        _average?.Swap();
        return true;
    }

    private void Report(TrainingProgress progress)
    {
        _lastReport = progress with { Warning = Joined(progress.Warning, _callbacks.TakeFailures()) };
        _options.Progress?.Report(_lastReport);
    }

    // Without weights to go back to, a loss that is no number is an error; with them, the last report says so.
    private void Diverge(int epoch, long step, double loss)
    {
        var divergence = new TrainingDivergedException(epoch, step, loss);
        _divergence = _best.IsAny ? $"{divergence.Message} Training ended here; the weights of the best epoch before are kept." : throw divergence;
    }

    private static string? Joined(params string?[] warnings) =>
        warnings.Any(text => text is not null) ? string.Join(' ', warnings.Where(text => text is not null)) : null;

    // The mean loss over the replays of a batch.
    private double TakeStep(TrainingRun run, long step, Tensor rows)
    {
        var number = (run.EpochsDone * _stepsPerEpoch) + step;
        var done = number / (double)(_options.Epochs * _stepsPerEpoch);
        _learningRate = _options.LearningRate * _options.Schedule.Factor(done);
        _optimizer.LearningRate = _learningRate;
        var batch = _rows.Select(rows);
        if (_callbacks.IsEmpty)
        {
            return TakeReplays(number, done, batch, rows);
        }

        TrainingBatch told = new(run.EpochsDone + 1, step + 1, number + 1, rows, batch.Inputs, batch.Labels, _learningRate);
        _callbacks.Tell(nameof(ITrainingCallback.BatchStarted), told, callback => callback.BatchStarted(run, told));
        var loss = TakeReplays(number, done, batch, rows);
        if (double.IsFinite(loss))
        {
            _callbacks.Tell(nameof(ITrainingCallback.BatchEnded), told, callback => callback.BatchEnded(run, told, loss));
        }

        return loss;
    }

    private double TakeReplays(long number, double done, TrainingRows batch, Tensor rows)
    {
        var total = 0.0;
        for (var replay = 0; replay < _loss.Replays; replay++)
        {
            using var scope = NewDisposeScope();
            var step = new TrainingStep(_classifier, batch, rows, done, _options.Hypersphere, _seed + number, _options.Cancellation)
            {
                Perturbation = _perturbation?.shape[0] >= rows.shape[0] ? _perturbation.narrow(0, 0, rows.shape[0]) : null,
            };
            step.Perturbed = _loss.Perturb(step);
            var value = _optimizer.Step(() => _loss.Evaluate(step), () => _loss.AfterBackward(step));
            if (!double.IsFinite(value))
            {
                return value;
            }

            total += value;
            _average?.Add();
            Carry(step.Perturbation);
        }

        return total / _loss.Replays;
    }

    private void Carry(Tensor? perturbation)
    {
        if (perturbation is not null)
        {
            var kept = perturbation.clone().DetachFromDisposeScope();
            ForgetPerturbation();
            _perturbation = kept;
        }
    }

    private void ForgetPerturbation()
    {
        _perturbation?.Dispose();
        _perturbation = null;
    }

    private TrainingProgress Judge(int epoch, double trainingLoss)
    {
        var judged = _heldOut?.Judge(_classifier, _options.Cancellation);
        var isBest = _best.Offer(judged?.Criterion);
        var robust = judged?.RobustAccuracy;
        var warning = robust < Collapse * _bestRobustAccuracy
            ? FormattableString.Invariant($"Catastrophic overfitting: accuracy under PGD on held-out rows fell from {_bestRobustAccuracy:P1} to {robust:P1}. The best weights so far are kept. Use an inner attack of more or shorter steps.")
            : null;
        _bestRobustAccuracy = Math.Max(_bestRobustAccuracy, robust ?? 0);
        return new(epoch + 1, _options.Epochs, trainingLoss, judged?.Loss, judged?.Accuracy, isBest) { RobustAccuracy = robust, Warning = warning };
    }

    private (Tensor Training, HeldOutRows? HeldOut) Split()
    {
        var held = (long)Math.Round(_rows.Count * _options.ValidationFraction);
        if (_options.ValidationFraction == 0)
        {
            return (arange(_rows.Count, device: _rows.Labels.device), null);
        }

        if (held < _network.ClassCount || held == _rows.Count)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"Expected at least {_network.ClassCount} held-out rows, one per class, got {held}: {_options.ValidationFraction} of {_rows.Count} rows. Change ValidationFraction so that these and rows to train on are there, bring more rows, or set it to 0."));
        }

        var order = randperm(_rows.Count, generator: _generator).to(_rows.Labels.device);
        return (order.narrow(0, held, _rows.Count - held), new(_rows.Select(order.narrow(0, 0, held)), _loss));
    }

    private long Draw() => randint(0, long.MaxValue, [1], ScalarType.Int64, generator: _generator).item<long>();

    // Batch statistics need two rows: a last row on its own joins the batch before.
    private static long StepsPerEpoch(long rows, int batchSize) => Math.Max(1, (rows + batchSize - (rows % batchSize == 1 ? 2 : 1)) / batchSize);

    private static bool AreFinite(nn.Module module)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return module.parameters().All(parameter => parameter.isfinite().all().item<bool>());
    }

    private string Description()
    {
        var rows = RowsFingerprint.Of(_rows, _classifier.Bounds);
        return $"{_loss}; {_options.Describe()}; {_rows.Count} rows, fingerprint {rows}; {_network.Definition.ToJson()}";
    }

    private void Save(CheckpointContent content, int epoch)
    {
        content.Add("epoch", epoch);
        content.Add("bestRobustAccuracy", _bestRobustAccuracy);
        content["start"] = _start;
        content["generator"] = _generator.get_state();
        content["dropout"] = _network.DropoutState;
        content.Add("weights.", _network.Module.state_dict());
        _optimizer.Save(content);
        _best.Save(content);
        _average?.Save(content);
    }

    private int Load(CheckpointContent content)
    {
        _bestRobustAccuracy = content.Number("bestRobustAccuracy");
        _generator.set_state(content["generator"]);
        _network.DropoutState = content["dropout"];
        content.CopyTo("weights.", _network.Module.state_dict());
        _optimizer.Load(content);
        _best.Load(content);
        _average?.Load(content);
        return (int)content.Number("epoch");
    }
}
