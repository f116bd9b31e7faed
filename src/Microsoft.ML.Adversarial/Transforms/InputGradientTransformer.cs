using Microsoft.ML;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Explanations;
using Microsoft.ML.Adversarial.Persistence;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Adversarial.Transforms;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(
    typeof(InputGradientTransformer), null, typeof(SignatureLoadModel), "Input gradient", InputGradientTransformer.LoaderSignature)]

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>
/// Adds how much each feature has to do with an output of the network, a vector of the feature column's type: the gradient itself or another
/// <see cref="GradientAttribution"/>. Random draws depend on the seed and the row's id, so that a row is explained alike wherever it stands.
/// </summary>
public sealed class InputGradientTransformer : BatchedTransformer
{
    internal const string LoaderSignature = "AdvInputGradient";

    private static readonly TransformerFile<State> File = new("ADVINGRA", LoaderSignature);

    private readonly ColumnClassifier _classifier;

    internal InputGradientTransformer(
        ColumnClassifier classifier, GradientAttribution attribution, ExplainedOutput output, string outputColumnName, string labelColumnName, long seed)
    {
        output.RequireFit(classifier.RequireNetwork(InputGradientEstimator.Step).ClassCount);
        _classifier = classifier;
        (Attribution, Output, OutputColumnName, LabelColumnName, Seed) = (attribution, output, outputColumnName, labelColumnName, seed);
    }

    private InputGradientTransformer(IHostEnvironment env, ModelLoadContext ctx)
    {
        var state = File.Load(ctx);
        _classifier = state.Classifier.Load(ctx);
        Attribution = state.Attribution.Create();
        Output = state.OutputOf(_classifier);
        (OutputColumnName, LabelColumnName, Seed) = (state.OutputColumnName, state.LabelColumnName, state.Seed);
    }

    /// <summary>How the output is attributed to the features.</summary>
    public GradientAttribution Attribution { get; }

    /// <summary>The output that is explained.</summary>
    public ExplainedOutput Output { get; }

    /// <summary>The name of the column that is added.</summary>
    public string OutputColumnName { get; }

    /// <summary>The label, read only where <see cref="Output"/> is about it.</summary>
    public string LabelColumnName { get; }

    /// <summary>The column of feature vectors that is read.</summary>
    public string FeatureColumnName => _classifier.FeatureColumnName;

    /// <summary>The seed of random draws.</summary>
    internal long Seed { get; }

    private protected override BatchMapper Bind(DataViewSchema inputSchema)
    {
        var features = RequiredColumn.Of(inputSchema, FeatureColumnName, InputGradientEstimator.Step);
        FeatureBuffer.CheckType(features, _classifier.FeatureCount);
        DataViewSchema.Column? label = null;
        if (Output.NeedsLabels)
        {
            label = RequiredColumn.Of(inputSchema, LabelColumnName, InputGradientEstimator.Step);
            _classifier.Labels.RequireFit(label.Value);
        }

        return new InputGradientMapper(this, _classifier, features, label);
    }

    private protected override void Save(ModelSaveContext context) => File.Save(context, new(
        ClassifierState.Save(context, _classifier), AttributionDescription.Of(Attribution), Output.ToString(), OutputColumnName, LabelColumnName,
        Seed));

    private sealed record State(
        ClassifierState Classifier, AttributionDescription Attribution, string Output, string OutputColumnName, string LabelColumnName,
        long Seed) : ISavedState
    {
        public void Validate()
        {
            Classifier.Validate();
            ColumnNames.Require(OutputColumnName, LabelColumnName);
            Attribution.Create();
            ExplainedOutput.Parse(Output);
        }

        public ExplainedOutput OutputOf(ColumnClassifier classifier)
        {
            var output = ExplainedOutput.Parse(Output);
            try
            {
                output.RequireFit(classifier.Classifier.ClassCount);
                return output;
            }
            catch (ArgumentException exception)
            {
                throw new InvalidDataException(
                    $"The output '{Output}' does not fit the network: {exception.Message} The model file is damaged. Save it anew.", exception);
            }
        }
    }
}
