using Microsoft.ML;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Explanations;
using Microsoft.ML.Adversarial.Persistence;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Adversarial.Transforms;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(
    typeof(ConfusingLogitsTransformer), null, typeof(SignatureLoadModel), "Confusing logits", ConfusingLogitsTransformer.LoaderSignature)]

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>
/// Adds which two classes the network is torn between in each row, and why: the gradients of their logits, and the features moved along each.
/// See <see cref="ConfusingLogits"/> for the definitions and <see cref="ConfusingLogitsColumns"/> for the columns.
/// </summary>
public sealed class ConfusingLogitsTransformer : BatchedTransformer
{
    internal const string LoaderSignature = "AdvConfusingLogits";

    private static readonly TransformerFile<State> File = new("ADVCONFU", LoaderSignature);

    private readonly ColumnClassifier _classifier;

    internal ConfusingLogitsTransformer(ColumnClassifier classifier, ConfusingLogits settings, ConfusingLogitsColumns columns)
    {
        classifier.RequireNetwork(ConfusingLogitsEstimator.Step);
        (_classifier, Settings, Columns) = (classifier, settings, columns);
        Images = columns.ImagesOf(classifier.Classifier);
    }

    private ConfusingLogitsTransformer(IHostEnvironment env, ModelLoadContext ctx)
    {
        var state = File.Load(ctx);
        _classifier = state.Classifier.Load(ctx);
        (Settings, Columns) = (state.Settings(), state.Columns);
        Images = state.ImagesOf(_classifier);
    }

    /// <summary>When logits are confusing, and how far inputs are moved.</summary>
    public ConfusingLogits Settings { get; }

    /// <summary>The columns that are added.</summary>
    public ConfusingLogitsColumns Columns { get; }

    /// <summary>The column of feature vectors that is read.</summary>
    public string FeatureColumnName => _classifier.FeatureColumnName;

    private FeatureImages? Images { get; }

    private protected override BatchMapper Bind(DataViewSchema inputSchema)
    {
        var features = RequiredColumn.Of(inputSchema, FeatureColumnName, ConfusingLogitsEstimator.Step);
        FeatureBuffer.CheckType(features, _classifier.FeatureCount);
        return new ConfusingLogitsMapper(Settings, _classifier, Columns.Outputs(), Images, features);
    }

    private protected override void Save(ModelSaveContext context) => File.Save(context, new(
        ClassifierState.Save(context, _classifier), Settings.MinimumLogit, Settings.MaximumLogitDifference, Settings.ProjectionFactor,
        Settings.Steps, Columns));

    private sealed record State(
        ClassifierState Classifier, double MinimumLogit, double MaximumLogitDifference, double ProjectionFactor, int Steps,
        ConfusingLogitsColumns Columns) : ISavedState
    {
        public ConfusingLogits Settings() => new()
        {
            MinimumLogit = MinimumLogit, MaximumLogitDifference = MaximumLogitDifference, ProjectionFactor = ProjectionFactor, Steps = Steps,
        };

        public void Validate()
        {
            Classifier.Validate();
            Columns.Validate();
            Settings();
        }

        public FeatureImages? ImagesOf(ColumnClassifier classifier)
        {
            try
            {
                return Columns.ImagesOf(classifier.Classifier);
            }
            catch (ArgumentException exception)
            {
                throw new InvalidDataException(
                    $"The image columns do not fit the network: {exception.Message} The model file is damaged. Save it anew.", exception);
            }
        }
    }
}
