using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Adversarial.Training;
using Microsoft.ML.Adversarial.Transforms;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Trainers;

/// <summary>What the network trainers share: check the columns, read the rows, build the network, run the training loop.</summary>
/// <typeparam name="TTransformer">What fitting gives.</typeparam>
public abstract class NeuralNetworkTrainer<TTransformer> : ITrainerEstimator<TTransformer, NetworkClassifier>
    where TTransformer : NeuralNetworkTransformer
{
    private readonly IHostEnvironment _environment;
    private readonly IHost _host;
    private readonly NeuralNetworkOptions _options;

    private protected NeuralNetworkTrainer(IHostEnvironment environment, string name, NeuralNetworkOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        ArgumentNullException.ThrowIfNull(options.Network);
        ArgumentNullException.ThrowIfNull(options.Loss);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ScoringBatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.ScoringBatchSize, BatchedTransformer.MaximumBatchSize);
        ColumnNames.Require(options.LabelColumnName, options.FeatureColumnName);
        ScoreColumns.Of(options).Validate();
        _environment = environment;
        _host = environment.Register(name);
        _options = options;
    }

    /// <summary>Rows are read once, and normalisation belongs inside the network: neither a cache nor a normaliser is wanted.</summary>
    public TrainerInfo Info { get; } = new(normalization: false, caching: false);

    /// <summary>Trains the network on the rows of a view.</summary>
    /// <param name="input">Rows with the feature and the label column, none missing.</param>
    /// <returns>The trained network as a transformer.</returns>
    /// <exception cref="ArgumentException">A column is missing or of another type, or the architecture does not fit the features.</exception>
    /// <exception cref="InvalidOperationException">A row has a missing label or a value that is not finite; names row and column.</exception>
    public TTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var scope = NewDisposeScope();
        using var channel = _host.Start("Train");
        var features = RequiredColumn.Of(input.Schema, _options.FeatureColumnName, "NeuralNetwork");
        var label = RequiredColumn.Of(input.Schema, _options.LabelColumnName, "NeuralNetwork");
        RequireFeatures(features);
        var labels = RequireLabels(label);
        var device = TrainingDevice.Of(_environment);
        var shape = ((VectorDataViewType)features.Type).Dimensions.Select(size => (long)size).ToArray();
        var architecture = _options.Hypersphere is { } embedding ? _options.Network.WithHypersphereEmbedding(embedding.Scale) : _options.Network;
        var definition = architecture.Bind(shape, labels.Count);
        var rows = TrainingData.Read(input, features, label, labels, _options.Cancellation);
        var range = new TrainingRange(rows.Inputs);
        if (_options.StandardiseInputs && definition.Normalisation is null && !range.IsUnit)
        {
            definition = definition with { Normalisation = range.Standardisation() };
        }

        // Bounds are checked before hours of work, not after.
        var bounds = _options.Bounds ?? range.Bounds();
        var seed = ((long)_host.Rand.Next() << 31) | (long)_host.Rand.Next();
        using var generator = new Generator((ulong)seed);
        var network = Network.Create(definition, generator);
        try
        {
            network.Module.to(device);
            var task = new FitTask<TTransformer>(
                new(network, bounds), new(rows.Inputs.to(device), rows.Labels.to(device)), WithLog(channel), generator,
                trained => Create(
                    new(trained, _options.FeatureColumnName, labels) { Transformations = ColumnTransformation.Of(features) }, ScoreColumns.Of(_options),
                    _options.ScoringBatchSize));
            Train(task);
            return task.ToTransformer(task.Classifier);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        var features = RequiredColumn.Of(inputSchema, _options.FeatureColumnName, "NeuralNetwork");
        if (features.Kind != SchemaShape.Column.VectorKind.Vector || features.ItemType != NumberDataViewType.Single)
        {
            throw FeatureError(features.Name, features.GetTypeString());
        }

        var label = RequiredColumn.Of(inputSchema, _options.LabelColumnName, "NeuralNetwork");
        RequireLabels(label);
        return inputSchema.With(OutputShape(label, ScoreColumns.Of(_options)));
    }

    /// <summary>Trains the network in place. Default: the training loop with the options' loss.</summary>
    private protected virtual void Train(FitTask<TTransformer> task) =>
        TrainingLoop.Run(task.Classifier, task.Rows, _options.Loss, task.Options, task.Generator);

    private protected abstract ClassLabels RequireLabels(DataViewSchema.Column label);

    private protected abstract void RequireLabels(SchemaShape.Column label);

    private protected abstract IEnumerable<SchemaShape.Column> OutputShape(SchemaShape.Column label, ScoreColumns columns);

    private protected abstract TTransformer Create(ColumnClassifier classifier, ScoreColumns columns, int batchSize);

    private static void RequireFeatures(DataViewSchema.Column features)
    {
        if (features.Type is not VectorDataViewType { IsKnownSize: true } vector || vector.ItemType != NumberDataViewType.Single)
        {
            throw FeatureError(features.Name, features.Type.ToString()!);
        }
    }

    private static ArgumentException FeatureError(string column, string got) => new(
        $"Column '{column}': expected a vector of Single of known size, got {got}. Use Concatenate, ConvertType or ExtractPixels to make one.");

    // Progress channels of ML.NET reach nothing that a user sees: ml.Log gets a line per epoch.
    private TrainingOptions WithLog(IChannel channel) => _options.With(new LoggedProgress(_host, channel, _options.Progress));

    private sealed class LoggedProgress(IHost host, IChannel channel, IProgress<TrainingProgress>? next) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.IsAfterTraining)
            {
                channel.Warning(MessageSensitivity.None, "After training: {0}", value.Warning!);
                next?.Report(value);
                return;
            }

            if (value.ValidationLoss is { } loss)
            {
                channel.Info(
                    MessageSensitivity.None, "Epoch {0} of {1}: loss {2:F4}, validation loss {3:F4}, validation accuracy {4:P2}{5}{6}",
                    value.Epoch, value.Epochs, value.TrainingLoss, loss, value.ValidationAccuracy!,
                    value.RobustAccuracy is { } robust ? $", under PGD {robust:P2}" : "", value.IsBest ? ", best so far" : "");
            }
            else
            {
                channel.Info(MessageSensitivity.None, "Epoch {0} of {1}: loss {2:F4}", value.Epoch, value.Epochs, value.TrainingLoss);
            }

            if (value.Warning is { } warning)
            {
                channel.Warning(MessageSensitivity.None, "Epoch {0}: {1}", value.Epoch, warning);
            }

            next?.Report(value);
            // AutoML ends a trial by cancelling the context.
            host.CheckAlive();
        }
    }
}
