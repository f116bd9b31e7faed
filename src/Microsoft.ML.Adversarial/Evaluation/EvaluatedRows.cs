using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Evaluation;

/// <summary>What an evaluation reads of a view, in one pass.</summary>
/// <param name="Scores">One list per score column.</param>
/// <param name="Flags">1 for a flagged row, else 0; null where there is no flag column.</param>
/// <param name="Count">The number of rows that count.</param>
internal sealed record EvaluatedRows(IReadOnlyList<List<float>> Scores, IReadOnlyList<float>? Flags, int Count)
{
    /// <summary>Reads scores, flags if there are any, and of the rows only those that succeeded if a column says so.</summary>
    /// <param name="name">What errors call the view.</param>
    /// <param name="view">The view.</param>
    /// <param name="scoreColumnNames">The scores, which it must have.</param>
    /// <param name="flagColumnName">The flag, which it may have; null to read none.</param>
    /// <param name="succeededColumnName">Whether a row counts, which it must have; null where all do.</param>
    public static EvaluatedRows Read(
        string name, IDataView view, IReadOnlyList<string> scoreColumnNames, string? flagColumnName, string? succeededColumnName)
    {
        var step = $"EvaluateDetection, {name}";
        var scoreColumns = DetectorScores.Columns(view.Schema, scoreColumnNames, step);
        DataViewSchema.Column[] flagColumns = flagColumnName is not null && view.Schema.GetColumnOrNull(flagColumnName) is { } flag
            ? [RequireBoolean(flag)]
            : [];
        DataViewSchema.Column[] succeededColumns = succeededColumnName is not null
            ? [RequireBoolean(RequiredColumn.Of(view.Schema, succeededColumnName, step))]
            : [];
        using var cursor = view.GetRowCursor([.. scoreColumns, .. flagColumns, .. succeededColumns]);
        var reader = new DetectorScores(cursor, scoreColumns);
        var isFlagged = flagColumns.Select(column => cursor.GetGetter<bool>(cursor.Schema[column.Index])).SingleOrDefault();
        var hasSucceeded = succeededColumns.Select(column => cursor.GetGetter<bool>(cursor.Schema[column.Index])).SingleOrDefault();
        var scores = scoreColumnNames.Select(_ => new List<float>()).ToArray();
        var flags = new List<float>();
        var count = 0;
        var row = new float[scores.Length];
        while (cursor.MoveNext())
        {
            var counts = true;
            hasSucceeded?.Invoke(ref counts);
            if (!counts)
            {
                continue;
            }

            count++;
            reader.Read(row);
            for (var k = 0; k < row.Length; k++)
            {
                scores[k].Add(row[k]);
            }

            var flagged = false;
            isFlagged?.Invoke(ref flagged);
            flags.Add(flagged ? 1 : 0);
        }

        return new(scores, isFlagged is null ? null : flags, count);
    }

    private static DataViewSchema.Column RequireBoolean(DataViewSchema.Column column) => column.Type is BooleanDataViewType
        ? column
        : throw new ArgumentException($"Column '{column.Name}': expected a Boolean, got {column.Type}.");
}
