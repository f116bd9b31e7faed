using Microsoft.ML.Adversarial.Training.Callbacks;
using Microsoft.ML.Adversarial.Training.Sharpness;

namespace Microsoft.ML.Adversarial.Training;

/// <summary>How a network is trained. Public fields and a parameterless constructor, so that search spaces can fill them.</summary>
public class TrainingOptions
{
    /// <summary>Passes over the training rows, at least 1. Default 10.</summary>
    public int Epochs = 10;

    /// <summary>Rows per gradient step, at least 1. Default 128.</summary>
    public int BatchSize = 128;

    /// <summary>How gradients become steps. Default <see cref="OptimizerKind.Adam"/>.</summary>
    public OptimizerKind Optimizer = OptimizerKind.Adam;

    /// <summary>Largest learning rate, above 0. Default 0.001, which suits Adam; 0.05 to 0.1 suits SGD with momentum.</summary>
    public double LearningRate = 0.001;

    /// <summary>How the learning rate moves over the steps. Default <see cref="LearningRateSchedule.Cosine"/>.</summary>
    public LearningRateSchedule Schedule = LearningRateSchedule.Cosine;

    /// <summary>Momentum of SGD, in [0, 1). Default 0.9.</summary>
    public double Momentum = 0.9;

    /// <summary>Nesterov's momentum for SGD. Default true.</summary>
    public bool Nesterov = true;

    /// <summary>Weight decay, at least 0: L2 for SGD and Adam, decoupled for AdamW. Default 0.</summary>
    public double WeightDecay;

    /// <summary>
    /// Share of the training rows held out to choose the best epoch, in [0, 0.9]; 0 trains on all rows and keeps the last epoch. Default
    /// 0.1.
    /// </summary>
    public double ValidationFraction = 0.1;

    /// <summary>Epochs without a better validation loss after which training stops, at least 1. Default 10.</summary>
    public int Patience = 10;

    /// <summary>Threads that TorchSharp uses while training, at least 1; 0 leaves the process's setting. Default 0.</summary>
    public int ThreadCount;

    /// <summary>
    /// Where around the weights each gradient is taken: SAM, Fisher-SAM or AWP, each of which doubles the passes; null for at the weights.
    /// Default null.
    /// </summary>
    public WeightPerturbation? WeightPerturbation;

    /// <summary>
    /// Decay of an exponential moving average of the weights, in [0, 1): that average is judged after every epoch and kept. 0.999 suits
    /// thousands of steps. Default 0: none.
    /// </summary>
    public double WeightAveraging;

    /// <summary>
    /// Features and weights of the last layer on the unit sphere, with a margin in training; null for an ordinary last layer. Default null.
    /// </summary>
    public HypersphereEmbedding? Hypersphere;

    /// <summary>
    /// A file, replaced after every epoch, from which the same training continues if it is there, to the same weights bit for bit; it
    /// belongs to these options and rows. A training that was cancelled or that a callback stopped goes on where it stood. Null for none.
    /// Default null.
    /// </summary>
    public string? CheckpointPath;

    /// <summary>Told after every epoch, and once more if a callback failed after the last one. Default null.</summary>
    public IProgress<TrainingProgress>? Progress;

    /// <summary>
    /// Told of batches and epochs as training goes, in this order. They do not decide the weights: a checkpoint can be continued with
    /// others. Default none.
    /// </summary>
    public IReadOnlyList<ITrainingCallback> Callbacks = [];

    /// <summary>
    /// Whether what a callback throws ends training, with the best weights so far; if not, it stands in
    /// <see cref="TrainingProgress.Warning"/>, and training goes on. Default false.
    /// </summary>
    public bool RethrowCallbackExceptions;

    /// <summary>Ends training early; the best epoch so far is kept. Default: never.</summary>
    public CancellationToken Cancellation;

    /// <summary>Which of several trainings that belong together this is; null for the one whose network is kept.</summary>
    internal string? StageName { get; private set; }

    /// <summary>The same options, with progress told to another.</summary>
    internal TrainingOptions With(IProgress<TrainingProgress> progress)
    {
        var copy = (TrainingOptions)MemberwiseClone();
        copy.Progress = progress;
        return copy;
    }

    /// <summary>The same options for one of several trainings that belong together, each with a checkpoint of its own.</summary>
    internal TrainingOptions Stage(string name)
    {
        var copy = (TrainingOptions)MemberwiseClone();
        copy.CheckpointPath = CheckpointPath is null ? null : $"{CheckpointPath}.{name}";
        copy.StageName = name;
        return copy;
    }

    /// <summary>Everything that decides the weights, as text.</summary>
    internal string Describe() => FormattableString.Invariant(
        $"{Epochs} epochs of batches of {BatchSize}, {Optimizer} {LearningRate} {Schedule}, momentum {Momentum}, Nesterov {Nesterov}, decay {WeightDecay}, held out {ValidationFraction}, patience {Patience}, {WeightPerturbation}, average {WeightAveraging}, {Hypersphere}");

    /// <summary>Throws for the first field out of its range.</summary>
    internal void Validate()
    {
        Require(Epochs >= 1, nameof(Epochs), ">= 1", Epochs);
        Require(BatchSize >= 1, nameof(BatchSize), ">= 1", BatchSize);
        Require(LearningRate is > 0 and < double.PositiveInfinity, nameof(LearningRate), "> 0 and finite", LearningRate);
        Require(Momentum is >= 0 and < 1, nameof(Momentum), "in [0, 1)", Momentum);
        Require(WeightDecay is >= 0 and < double.PositiveInfinity, nameof(WeightDecay), ">= 0 and finite", WeightDecay);
        Require(ValidationFraction is >= 0 and <= 0.9, nameof(ValidationFraction), "in [0, 0.9]", ValidationFraction);
        Require(Patience >= 1, nameof(Patience), ">= 1", Patience);
        Require(WeightAveraging is >= 0 and < 1, nameof(WeightAveraging), "in [0, 1)", WeightAveraging);
        Require(CheckpointPath is null || CheckpointPath.Length > 0, nameof(CheckpointPath), "null or a path", CheckpointPath!);
        Require(Callbacks?.All(callback => callback is not null) == true, nameof(Callbacks), "to be a list without null", "null");
        Require(ThreadCount >= 0, nameof(ThreadCount), ">= 0", ThreadCount);
        Require(Enum.IsDefined(Optimizer), nameof(Optimizer), "one of Sgd, Adam, AdamW", Optimizer);
        Require(Enum.IsDefined(Schedule), nameof(Schedule), "one of Constant, Linear, ConstantThenLinear, Cosine, OneCycle", Schedule);
    }

    private static void Require(bool holds, string field, string expected, object value)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(field, value, $"Expected {field} {expected}, got {value}.");
        }
    }
}
