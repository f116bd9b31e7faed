using Microsoft.ML;
using Microsoft.ML.Adversarial.Certification;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Persistence;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Adversarial.Transforms;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(
    typeof(IntervalCertificateTransformer), null, typeof(SignatureLoadModel), "Interval certificate", IntervalCertificateTransformer.LoaderSignature)]

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>
/// Certifies by interval bound propagation that the network's prediction of a row stays the same for all inputs within ε in L∞ and inside the bounds
/// (see <see cref="Certification.IntervalCertificate"/> and <see cref="IntervalColumns"/>).
/// </summary>
public sealed class IntervalCertificateTransformer : BatchedTransformer
{
    internal const string LoaderSignature = "AdvInterval";

    private static readonly TransformerFile<State> File = new("ADVINTVL", LoaderSignature);

    private readonly ColumnClassifier _classifier;
    private readonly IntervalCertificate _certificate;

    internal IntervalCertificateTransformer(ColumnClassifier classifier, double epsilon, IntervalColumns columns)
    {
        (_classifier, Epsilon, Columns) = (classifier, epsilon, columns);
        _certificate = new(classifier.RequireNetwork(IntervalCertificateEstimator.Step));
    }

    private IntervalCertificateTransformer(IHostEnvironment env, ModelLoadContext ctx)
    {
        var state = File.Load(ctx);
        _classifier = state.Classifier.Load(ctx);
        (Epsilon, Columns) = (state.Epsilon, state.Columns);
        try
        {
            _certificate = new(_classifier.RequireNetwork(IntervalCertificateEstimator.Step));
        }
        catch (NotSupportedException exception)
        {
            throw new InvalidDataException($"{exception.Message} The model file is damaged: save it anew.", exception);
        }
    }

    /// <summary>ε in L∞, in the units of the features.</summary>
    public double Epsilon { get; }

    /// <summary>The columns that are added.</summary>
    public IntervalColumns Columns { get; }

    /// <summary>The column of feature vectors that is read.</summary>
    public string FeatureColumnName => _classifier.FeatureColumnName;

    private protected override BatchMapper Bind(DataViewSchema inputSchema)
    {
        var features = RequiredColumn.Of(inputSchema, FeatureColumnName, IntervalCertificateEstimator.Step);
        FeatureBuffer.CheckType(features, _classifier.FeatureCount);
        return new IntervalMapper(_classifier, _certificate, Epsilon, Columns, features);
    }

    private protected override void Save(ModelSaveContext context) =>
        File.Save(context, new(ClassifierState.Save(context, _classifier), Epsilon, Columns));

    private sealed record State(ClassifierState Classifier, double Epsilon, IntervalColumns Columns) : ISavedState
    {
        public void Validate()
        {
            Classifier.Validate();
            Columns.Validate();
            IntervalCertificate.RequireEpsilon(Epsilon, nameof(Epsilon));
        }
    }
}
