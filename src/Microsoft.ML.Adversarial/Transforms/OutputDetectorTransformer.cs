using Microsoft.ML;
using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Persistence;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Adversarial.Transforms;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(
    typeof(OutputDetectorTransformer), null, typeof(SignatureLoadModel), "Output detector score", OutputDetectorTransformer.LoaderSignature)]

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>
/// Adds a detector's score of what a classifier, whatever its kind, says of each row: a Single column, higher is more suspicious.
/// </summary>
public sealed class OutputDetectorTransformer : BatchedTransformer
{
    internal const string LoaderSignature = "AdvOutputDetector";

    private static readonly TransformerFile<State> File = new("ADVOUTDT", LoaderSignature);

    internal OutputDetectorTransformer(LogitDetector detector, string outputColumnName, string scoreColumnName, ScoreValues values)
    {
        Detector = detector;
        OutputColumnName = outputColumnName;
        ScoreColumnName = scoreColumnName;
        ScoreValues = values;
    }

    private OutputDetectorTransformer(IHostEnvironment env, ModelLoadContext ctx)
    {
        var state = File.Load(ctx);
        Detector = state.CreateDetector();
        OutputColumnName = state.OutputColumnName;
        ScoreColumnName = state.ScoreColumnName;
        ScoreValues = state.ScoreValues;
    }

    /// <summary>The detector's settings.</summary>
    public LogitDetector Detector { get; }

    /// <summary>The name of the column that is added.</summary>
    public string OutputColumnName { get; }

    /// <summary>The score column that is read.</summary>
    public string ScoreColumnName { get; }

    /// <summary>What the score column is taken to hold, as it was said or found out when fitting.</summary>
    public ScoreValues ScoreValues { get; }

    private protected override BatchMapper Bind(DataViewSchema inputSchema)
    {
        var scores = RequiredColumn.Of(inputSchema, ScoreColumnName, Detector.GetType().Name);
        var logits = OutputLogits.Of(scores, ScoreValues).RequireFit(Detector, ScoreColumnName);
        return new OutputDetectorMapper(Detector, logits, scores, OutputColumnName);
    }

    private protected override void Save(ModelSaveContext context) =>
        File.Save(context, new(DetectorDescription.Of(Detector), OutputColumnName, ScoreColumnName, ScoreValues));

    private sealed record State(DetectorDescription Detector, string OutputColumnName, string ScoreColumnName, ScoreValues ScoreValues)
        : ISavedState
    {
        public LogitDetector CreateDetector() => Detector.Create() as LogitDetector
            ?? throw new ArgumentException($"Expected a detector of logits, got '{Detector.Name}'.");

        public void Validate()
        {
            ColumnNames.Require(OutputColumnName, ScoreColumnName);
            if (!Enum.IsDefined(ScoreValues))
            {
                throw new ArgumentException($"Expected scores that are {ScoreValues.Logits} or {ScoreValues.Probabilities}, got {ScoreValues}.");
            }

            CreateDetector();
        }
    }
}
