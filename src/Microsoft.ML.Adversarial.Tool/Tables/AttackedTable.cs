using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Classifiers.Pipelines;

namespace Microsoft.ML.Adversarial.Tool.Tables;

/// <summary>A table after an attack.</summary>
/// <param name="Table">The model and the file.</param>
/// <param name="Classifier">The model as it was attacked.</param>
/// <param name="Original">The rows that were attacked.</param>
/// <param name="Result">What became of them.</param>
/// <param name="Attack">The attack.</param>
/// <param name="Unit">In which units its budget counts.</param>
internal sealed record AttackedTable(
    ModelTable Table, PipelineClassifier Classifier, IDataView Original, PipelineAttackResult Result, Attack Attack, EpsilonUnit Unit)
{
    /// <summary>Writes the file's header and the attacked rows, whose cells are those of the file where they did not change.</summary>
    public void WriteCsv(Stream stream) => Table.File.Write(stream, Rows());

    private IEnumerable<string[]> Rows()
    {
        HashSet<string> names =
            [.. Classifier.Features.Where(feature => feature.Kind != PipelineFeatureKind.Frozen).Select(feature => feature.ColumnName)];
        TableColumn[] changeable = [.. Table.Columns.Where(column => names.Contains(column.Column.Name))];
        using var before = Cursor(Original, changeable);
        using var after = Cursor(Result.Rows, changeable);
        var readers = changeable.Select(column => (
            First: column.First!.Value,
            Before: CellTexts.Of(before, before.Schema[column.Column.Name]),
            After: CellTexts.Of(after, after.Schema[column.Column.Name]))).ToArray();
        for (var row = 0; before.MoveNext() && after.MoveNext(); row++)
        {
            string[] cells = [.. Table.File.Rows[row]];
            foreach (var (first, readBefore, readAfter) in readers)
            {
                var (old, now) = (readBefore(), readAfter());
                for (var slot = 0; slot < now.Length; slot++)
                {
                    cells[first + slot] = now[slot] == old[slot] ? cells[first + slot] : now[slot];
                }
            }

            yield return cells;
        }
    }

    private static DataViewRowCursor Cursor(IDataView view, IEnumerable<TableColumn> columns) =>
        view.GetRowCursor(columns.Select(column => view.Schema[column.Column.Name]));
}
