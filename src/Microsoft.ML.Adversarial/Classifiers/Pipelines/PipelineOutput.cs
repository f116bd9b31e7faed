using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Adversarial.Transforms;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Classifiers.Pipelines;

/// <summary>Where a chain says what it predicts, and how that becomes logits.</summary>
internal sealed class PipelineOutput
{
    private const string ProbabilityColumnName = "Probability";
    private const string Step = nameof(PipelineClassifier);

    // What scores are is seen in some rows: probabilities are so in all.
    private const int RowsToLookAt = 100;

    private readonly DataViewSchema.Column _scores;
    private readonly DataViewSchema.Column? _predictedLabel;
    private readonly OutputLogits _logits;

    /// <param name="transformed">Rows that the chain has scored.</param>
    /// <param name="options">Where its outputs are.</param>
    public PipelineOutput(IDataView transformed, PipelineClassifierOptions options)
    {
        _predictedLabel = transformed.Schema.GetColumnOrNull(options.PredictedLabelColumnName);
        (_scores, _logits) = ScoresOf(transformed.Schema, options);
        if (options.ScoreValues is null && !_logits.IsScalar && AreProbabilities(transformed, _scores, _logits.Length))
        {
            _logits = OutputLogits.Of(_scores, ScoreValues.Probabilities);
        }

        Labels = _predictedLabel is { Type: BooleanDataViewType or KeyDataViewType } label
            ? ClassLabels.Of(label)
            : new(_logits.ClassCount, IsBoolean: false, Values: null);
        if (Labels.Count != _logits.ClassCount)
        {
            throw new ArgumentException(
                $"Column '{_scores.Name}': expected scores of the {Labels.Count} classes of '{options.PredictedLabelColumnName}', got {_logits.ClassCount}.");
        }
    }

    public int ClassCount => _logits.ClassCount;

    public ClassLabels Labels { get; }

    /// <summary>The columns that are read.</summary>
    public IEnumerable<DataViewSchema.Column> Columns => _predictedLabel is { } label ? [_scores, label] : [_scores];

    /// <summary>The columns that are read of rows of this schema.</summary>
    public static IEnumerable<DataViewSchema.Column> ColumnsOf(DataViewSchema schema, PipelineClassifierOptions options)
    {
        var scores = ScoresOf(schema, options).Scores;
        return schema.GetColumnOrNull(options.PredictedLabelColumnName) is { } label ? [scores, label] : [scores];
    }

    /// <summary>
    /// Reads a row after the other. The class that the model predicts has the largest logit, whatever its threshold is and however it decides ties.
    /// </summary>
    /// <param name="view">Scored rows.</param>
    /// <param name="logits">Room for a number per class and row.</param>
    public void Read(IDataView view, Span<float> logits)
    {
        using var cursor = view.GetRowCursor(Columns.Select(column => view.Schema[column.Index]));
        var readScores = CreateScoreReader(cursor, view.Schema[_scores.Index], _logits.Length);
        var readClass = _predictedLabel is { Type: BooleanDataViewType or KeyDataViewType } label
            ? Labels.CreateReader(cursor, view.Schema[label.Index])
            : null;
        var cell = new float[_logits.Length];
        Span<double> row = new double[ClassCount];
        var rest = logits;
        while (cursor.MoveNext())
        {
            readScores(cell);
            _logits.Read(cell, row, _scores.Name, cursor.Position);
            for (var index = 0; index < ClassCount; index++)
            {
                rest[index] = (float)row[index];
            }

            Follow(readClass?.Invoke() ?? -1, rest[..ClassCount]);
            rest = rest[ClassCount..];
        }

        if (!rest.IsEmpty)
        {
            throw new InvalidOperationException($"{Step}: expected a score for every row, got fewer: a step of the chain drops rows.");
        }
    }

    private static void Follow(int predicted, Span<float> logits)
    {
        var largest = float.NegativeInfinity;
        for (var index = 0; index < logits.Length; index++)
        {
            largest = index == predicted ? largest : Math.Max(largest, logits[index]);
        }

        if (predicted >= 0 && !(logits[predicted] > largest))
        {
            logits[predicted] = MathF.BitIncrement(largest);
        }
    }

    private static (DataViewSchema.Column Scores, OutputLogits Logits) ScoresOf(DataViewSchema schema, PipelineClassifierOptions options)
    {
        var scores = RequiredColumn.Of(schema, options.ScoreColumnName, Step);
        var logits = OutputLogits.Of(scores, options.ScoreValues ?? ScoreValues.Logits);
        return options.ScoreValues is null && logits.IsScalar && schema.GetColumnOrNull(ProbabilityColumnName) is { } probability
            && probability.Type == NumberDataViewType.Single
                ? (probability, OutputLogits.Of(probability, ScoreValues.Probabilities))
                : (scores, logits);
    }

    private static bool AreProbabilities(IDataView view, DataViewSchema.Column scores, int length)
    {
        using var cursor = view.GetRowCursor([scores]);
        var read = CreateScoreReader(cursor, scores, length);
        var cell = new float[length];
        for (var row = 0; row < RowsToLookAt && cursor.MoveNext(); row++)
        {
            read(cell);
            if (!OutputLogits.AreProbabilities(cell))
            {
                return false;
            }
        }

        return true;
    }

    private static Action<float[]> CreateScoreReader(DataViewRow row, DataViewSchema.Column column, int length)
    {
        if (column.Type is not VectorDataViewType)
        {
            var getter = row.GetGetter<float>(column);
            return cell => getter(ref cell[0]);
        }

        var buffer = new FeatureBuffer(row, column, length, capacity: 1);
        return cell =>
        {
            buffer.Read(0, row.Position);
            buffer.Row(0).CopyTo(cell);
        };
    }
}
