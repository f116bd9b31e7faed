using Microsoft.ML;
using Microsoft.ML.Adversarial.Certification;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Persistence;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Adversarial.Transforms;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(
    typeof(SmoothedPredictionTransformer), null, typeof(SignatureLoadModel), "Smoothed prediction", SmoothedPredictionTransformer.LoaderSignature)]

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>
/// Predicts each row by randomised smoothing of the network and adds the class and the certified radius (see <see cref="RandomizedSmoothing"/> and
/// <see cref="SmoothingColumns"/>). The noise depends on the seed and the row's features, so that a row gets the same result wherever it stands.
/// </summary>
public sealed class SmoothedPredictionTransformer : BatchedTransformer
{
    internal const string LoaderSignature = "AdvSmoothing";

    private static readonly TransformerFile<State> File = new("ADVSMOOT", LoaderSignature);

    private readonly ColumnClassifier _classifier;

    internal SmoothedPredictionTransformer(ColumnClassifier classifier, RandomizedSmoothing smoothing, SmoothingColumns columns, long seed)
    {
        (_classifier, Smoothing, Columns, Seed) = (classifier, smoothing, columns, seed);

        // A row fills many forward passes by itself: computing others ahead would only delay it.
        BatchSize = 1;
    }

    private SmoothedPredictionTransformer(IHostEnvironment env, ModelLoadContext ctx)
        : this(File.Load(ctx), ctx)
    {
    }

    private SmoothedPredictionTransformer(State state, ModelLoadContext ctx)
        : this(state.Classifier.Load(ctx), state.Smoothing(), state.Columns, state.Seed)
    {
    }

    /// <summary>The noise and the numbers of samples.</summary>
    public RandomizedSmoothing Smoothing { get; }

    /// <summary>The columns that are added.</summary>
    public SmoothingColumns Columns { get; }

    /// <summary>The column of feature vectors that is read.</summary>
    public string FeatureColumnName => _classifier.FeatureColumnName;

    /// <summary>The seed of the noise.</summary>
    internal long Seed { get; }

    private protected override BatchMapper Bind(DataViewSchema inputSchema)
    {
        var features = RequiredColumn.Of(inputSchema, FeatureColumnName, SmoothedPredictionEstimator.Step);
        FeatureBuffer.CheckType(features, _classifier.FeatureCount);
        return new SmoothingMapper(_classifier, Smoothing, Columns, Seed, features);
    }

    private protected override void Save(ModelSaveContext context) => File.Save(context, new(
        ClassifierState.Save(context, _classifier), Smoothing.Sigma, Smoothing.SelectionSamples, Smoothing.Samples, Smoothing.Alpha,
        Smoothing.BatchSize, Columns, Seed));

    private sealed record State(
        ClassifierState Classifier, double Sigma, int SelectionSamples, int Samples, double Alpha, int NoiseBatchSize, SmoothingColumns Columns,
        long Seed) : ISavedState
    {
        public RandomizedSmoothing Smoothing() => new(Sigma)
        {
            SelectionSamples = SelectionSamples, Samples = Samples, Alpha = Alpha, BatchSize = NoiseBatchSize,
        };

        public void Validate()
        {
            Classifier.Validate();
            Columns.Validate();
            Smoothing();
        }
    }
}
