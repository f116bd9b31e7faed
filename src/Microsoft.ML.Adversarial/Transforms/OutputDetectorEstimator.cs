using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Data;
using static Microsoft.ML.Data.AnnotationUtils.Const;
using Kinds = Microsoft.ML.Data.AnnotationUtils.Kinds;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>
/// Makes an <see cref="OutputDetectorTransformer"/>. Fitting learns nothing but whether the score column holds probabilities or logits, if
/// nobody said so: from the column's annotations, or else by reading it.
/// </summary>
public sealed class OutputDetectorEstimator : IEstimator<OutputDetectorTransformer>
{
    private readonly LogitDetector _detector;
    private readonly string _outputColumnName;
    private readonly string _scoreColumnName;
    private readonly ScoreValues? _values;

    internal OutputDetectorEstimator(LogitDetector detector, string outputColumnName, string scoreColumnName, ScoreValues? values) =>
        (_detector, _outputColumnName, _scoreColumnName, _values) = (detector, outputColumnName, scoreColumnName, values);

    /// <summary>Finds out what the score column holds.</summary>
    /// <param name="input">Rows with the score column.</param>
    /// <exception cref="ArgumentException">
    /// The column is missing, is of another type, holds what the detector cannot do with, or holds rows of both kinds; says what to do.
    /// </exception>
    public OutputDetectorTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var column = RequiredColumn.Of(input.Schema, _scoreColumnName, _detector.GetType().Name);
        var values = _values ?? Annotated(column) ?? Look(input, column);
        var transformer = new OutputDetectorTransformer(_detector, _outputColumnName, _scoreColumnName, values);
        transformer.GetOutputSchema(input.Schema);
        return transformer;
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        var score = RequiredColumn.Of(inputSchema, _scoreColumnName, _detector.GetType().Name);
        return score is { Kind: SchemaShape.Column.VectorKind.Scalar or SchemaShape.Column.VectorKind.Vector, IsKey: false }
            && score.ItemType == NumberDataViewType.Single
            ? inputSchema.With(ShapeExtensions.Scalar(_outputColumnName, NumberDataViewType.Single))
            : throw OutputLogits.Refused(score.Name, score.GetTypeString());
    }

    private static ScoreValues? Annotated(DataViewSchema.Column column)
    {
        var isScalar = OutputLogits.Of(column, ScoreValues.Logits).IsScalar;
        if (isScalar && Text(column, Kinds.ScoreColumnKind) == ScoreColumnKind.MulticlassClassification)
        {
            throw new ArgumentException(
                $"Column '{column.Name}': expected the scores of all classes, got one number of a multiclass classifier. Name its vector of scores.");
        }

        return Text(column, Kinds.ScoreValueKind) switch
        {
            ScoreValueKind.Probability => ScoreValues.Probabilities,
            "Logits" => ScoreValues.Logits,
            _ => isScalar ? ScoreValues.Logits : null,
        };
    }

    private static string? Text(DataViewSchema.Column column, string kind)
    {
        if (column.Annotations.Schema.GetColumnOrNull(kind)?.Type is not TextDataViewType)
        {
            return null;
        }

        ReadOnlyMemory<char> text = default;
        column.Annotations.GetValue(kind, ref text);
        return text.ToString();
    }

    // ML.NET's multiclass trainers call everything Score, probabilities and margins alike: the numbers tell.
    private static ScoreValues Look(IDataView input, DataViewSchema.Column column)
    {
        using var cursor = input.GetRowCursor([column]);
        var read = ScoreCell.Reader(cursor, column, OutputLogits.Of(column, ScoreValues.Logits));
        var (probabilities, others) = (0L, 0L);
        while (cursor.MoveNext() && (probabilities == 0 || others == 0))
        {
            if (OutputLogits.AreProbabilities(read().Span))
            {
                probabilities++;
            }
            else
            {
                others++;
            }
        }

        return (probabilities, others) switch
        {
            (0, 0) => throw new ArgumentException($"Column '{column.Name}': expected rows to tell probabilities from logits by, got none. Give rows, or say what it holds."),
            (_, 0) => ScoreValues.Probabilities,
            (0, _) => ScoreValues.Logits,
            _ => throw new ArgumentException(
                $"Column '{column.Name}': expected probabilities (at least 0, adding up to 1) in all rows or in none, got both. Say what it holds."),
        };
    }
}
