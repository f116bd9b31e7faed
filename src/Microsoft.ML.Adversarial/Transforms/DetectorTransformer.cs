using Microsoft.ML;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Persistence;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Adversarial.Transforms;
using Microsoft.ML.Runtime;
using static TorchSharp.torch;

[assembly: LoadableClass(typeof(DetectorTransformer), null, typeof(SignatureLoadModel), "Detector score", DetectorTransformer.LoaderSignature)]

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>
/// Adds a detector's score of each row as a Single column: higher is more suspicious. What the detector learnt is saved with it.
/// </summary>
public sealed class DetectorTransformer : BatchedTransformer, IDetectorTransformer
{
    internal const string LoaderSignature = "AdvDetector";

    private static readonly TransformerFile<State> File = new("ADVDTCTR", LoaderSignature);

    private readonly ColumnClassifier _classifier;

    internal DetectorTransformer(ColumnClassifier classifier, FittedDetector fitted, string outputColumnName)
    {
        _classifier = classifier;
        Fitted = fitted;
        OutputColumnName = outputColumnName;
    }

    private DetectorTransformer(IHostEnvironment env, ModelLoadContext ctx)
    {
        var state = File.Load(ctx);
        _classifier = state.Classifier.Load(ctx);
        Fitted = Restore(state, _classifier, DetectorTensors.Load(ctx, state.Checksum));
        OutputColumnName = state.OutputColumnName;
    }

    /// <summary>The detector's settings.</summary>
    public Detector Detector => Fitted.Detector;

    /// <summary>The name of the column that is added.</summary>
    public string OutputColumnName { get; }

    /// <summary>The column of feature vectors that is read.</summary>
    public string FeatureColumnName => _classifier.FeatureColumnName;

    /// <summary>The detector with what it learnt.</summary>
    internal FittedDetector Fitted { get; }

    IEnumerable<KeyValuePair<string, IFittedDetector>> IDetectorTransformer.Detectors => [new(OutputColumnName, Fitted)];

    private protected override BatchMapper Bind(DataViewSchema inputSchema)
    {
        var features = RequiredColumn.Of(inputSchema, FeatureColumnName, Detector.GetType().Name);
        FeatureBuffer.CheckType(features, _classifier.FeatureCount);
        return new DetectorMapper(Fitted, _classifier, features, OutputColumnName);
    }

    private protected override void Save(ModelSaveContext context)
    {
        var detector = DetectorDescription.Of(Detector);
        var classifier = ClassifierState.Save(context, _classifier);
        File.Save(context, new(classifier, detector, OutputColumnName, DetectorTensors.Save(context, Fitted.State)));
    }

    private static FittedDetector Restore(State state, ColumnClassifier classifier, Dictionary<string, Tensor> tensors)
    {
        try
        {
            return state.Detector.Create().Restore(classifier.RequireNetwork(state.Detector.Name), tensors);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw new InvalidDataException(
                $"What the detector '{state.Detector.Name}' learnt does not fit it: {exception.Message} The model file is damaged. Save it anew.", exception);
        }
        finally
        {
            foreach (var tensor in tensors.Values)
            {
                tensor.Dispose();
            }
        }
    }

    private sealed record State(ClassifierState Classifier, DetectorDescription Detector, string OutputColumnName, string Checksum) : ISavedState
    {
        public void Validate()
        {
            Classifier.Validate();
            ColumnNames.Require(OutputColumnName);
            Detector.Create();
        }
    }
}
