using Microsoft.ML;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Fisher;
using Microsoft.ML.Adversarial.Persistence;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Adversarial.Transforms;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(
    typeof(FisherInformationTransformer), null, typeof(SignatureLoadModel), "Fisher information", FisherInformationTransformer.LoaderSignature)]

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>
/// Adds Fisher-information scores of each prediction: trace, quadratic form, largest eigenvalue, sensitivity of each feature. See
/// <see cref="FisherInformation"/> for their definitions and <see cref="FisherColumns"/> for the columns.
/// </summary>
public sealed class FisherInformationTransformer : BatchedTransformer, IDetectorTransformer
{
    internal const string LoaderSignature = "AdvFisherInfo";

    private static readonly TransformerFile<State> File = new("ADVFISHI", LoaderSignature);

    private readonly ColumnClassifier _classifier;

    internal FisherInformationTransformer(ColumnClassifier classifier, FisherColumns columns, FisherDirection direction)
    {
        _classifier = classifier;
        Columns = columns;
        Direction = direction;
        Information = new(classifier.RequireNetwork("FisherInformation"), direction);
    }

    private FisherInformationTransformer(IHostEnvironment env, ModelLoadContext ctx)
    {
        var state = File.Load(ctx);
        _classifier = state.Classifier.Load(ctx);
        Columns = state.Columns;
        Direction = FisherDirection.Parse(state.Direction);
        Information = state.InformationOf(_classifier);
    }

    /// <summary>The columns that are added, and the label.</summary>
    public FisherColumns Columns { get; }

    /// <summary>The direction of the quadratic forms and the sensitivity.</summary>
    public FisherDirection Direction { get; }

    /// <summary>The column of feature vectors that is read.</summary>
    public string FeatureColumnName => _classifier.FeatureColumnName;

    IEnumerable<KeyValuePair<string, IFittedDetector>> IDetectorTransformer.Detectors => Columns.Outputs()
        .Select(column => (column.Name, Detector: DetectorOf(column.Quantity)))
        .Where(column => column.Detector is not null)
        .Select(column => KeyValuePair.Create(column.Name, column.Detector!));

    private FisherInformation Information { get; }

    private protected override BatchMapper Bind(DataViewSchema inputSchema)
    {
        var features = RequiredColumn.Of(inputSchema, FeatureColumnName, "FisherInformation");
        FeatureBuffer.CheckType(features, _classifier.FeatureCount);
        DataViewSchema.Column? label = null;
        if (Direction == FisherDirection.Label)
        {
            label = RequiredColumn.Of(inputSchema, Columns.Label, "FisherInformation");
            _classifier.Labels.RequireFit(label.Value);
        }

        return new FisherMapper(Information, _classifier, Columns, features, label);
    }

    private protected override void Save(ModelSaveContext context) =>
        File.Save(context, new(ClassifierState.Save(context, _classifier), Columns, Direction.ToString()));

    // None for what reads the label, which a detector does not know, and for vectors.
    private IFittedDetector? DetectorOf(FisherQuantities quantity)
    {
        var network = _classifier.RequireNetwork("FisherInformation");
        return quantity switch
        {
            FisherQuantities.Trace => new FisherTrace(network),
            FisherQuantities.TopEigenvalue => new FisherTopEigenvalue(network),
            _ when Direction == FisherDirection.Label => null,
            FisherQuantities.QuadraticForm => new FisherQuadraticForm(network, Direction),
            FisherQuantities.NormalisedQuadraticForm => new FisherQuadraticForm(network, Direction) { Normalised = true },
            FisherQuantities.SensitivityNorm => new FisherSensitivity(network, Direction),
            _ => null,
        };
    }

    private sealed record State(ClassifierState Classifier, FisherColumns Columns, string Direction) : ISavedState
    {
        public void Validate()
        {
            Classifier.Validate();
            Columns.Validate();
            FisherDirection.Parse(Direction);
        }

        public FisherInformation InformationOf(ColumnClassifier classifier)
        {
            try
            {
                return new(classifier.RequireNetwork("FisherInformation"), FisherDirection.Parse(Direction));
            }
            catch (ArgumentOutOfRangeException exception)
            {
                throw new InvalidDataException($"The direction '{Direction}' does not fit the network: {exception.Message} The model file is damaged. Save it anew.", exception);
            }
        }
    }
}
