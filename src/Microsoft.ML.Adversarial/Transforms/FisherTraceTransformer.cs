using Microsoft.ML;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Fisher;
using Microsoft.ML.Adversarial.Persistence;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Adversarial.Transforms;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(FisherTraceTransformer), null, typeof(SignatureLoadModel), "Fisher trace", FisherTraceTransformer.LoaderSignature)]

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>
/// Adds the trace of the Fisher information of each prediction as a Single column: high where the prediction hangs on exact parameters,
/// as it does on many tampered inputs. See <see cref="FisherTrace"/> for the definition.
/// </summary>
public sealed class FisherTraceTransformer : BatchedTransformer, IDetectorTransformer
{
    internal const string LoaderSignature = "AdvFisherTrace";

    private static readonly TransformerFile<State> File = new("ADVFISHT", LoaderSignature);

    private readonly ColumnClassifier _classifier;
    private readonly FisherTrace _detector;

    internal FisherTraceTransformer(ColumnClassifier classifier, string outputColumnName, FisherTraceMethod method)
    {
        _classifier = classifier;
        _detector = new(classifier.RequireNetwork("FisherTrace"), method);
        OutputColumnName = outputColumnName;
        Method = method;
    }

    private FisherTraceTransformer(IHostEnvironment env, ModelLoadContext ctx)
    {
        var state = File.Load(ctx);
        _classifier = state.Classifier.Load(ctx);
        OutputColumnName = state.OutputColumnName;
        Method = FisherTraceMethod.Parse(state.Method);
        _detector = new(_classifier.RequireNetwork("FisherTrace"), Method);
    }

    /// <summary>The name of the score column.</summary>
    public string OutputColumnName { get; }

    /// <summary>How the trace is found.</summary>
    public FisherTraceMethod Method { get; }

    /// <summary>The column of feature vectors that is read.</summary>
    public string FeatureColumnName => _classifier.FeatureColumnName;

    IEnumerable<KeyValuePair<string, IFittedDetector>> IDetectorTransformer.Detectors => [new(OutputColumnName, _detector)];

    private protected override BatchMapper Bind(DataViewSchema inputSchema)
    {
        var features = RequiredColumn.Of(inputSchema, FeatureColumnName, "FisherTrace");
        FeatureBuffer.CheckType(features, _classifier.FeatureCount);
        return new DetectorMapper(_detector, _classifier, features, OutputColumnName);
    }

    private protected override void Save(ModelSaveContext context) =>
        File.Save(context, new(ClassifierState.Save(context, _classifier), OutputColumnName, Method.ToString()));

    private sealed record State(ClassifierState Classifier, string OutputColumnName, string Method) : ISavedState
    {
        public void Validate()
        {
            Classifier.Validate();
            ColumnNames.Require(OutputColumnName);
            FisherTraceMethod.Parse(Method);
        }
    }
}
