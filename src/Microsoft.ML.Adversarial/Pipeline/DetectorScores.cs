using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Pipeline;

/// <summary>The score columns of detectors, a Single each, read row by row.</summary>
internal sealed class DetectorScores
{
    private readonly ValueGetter<float>[] _getters;

    public DetectorScores(DataViewRow input, IReadOnlyList<DataViewSchema.Column> columns) =>
        _getters = [.. columns.Select(column => input.GetGetter<float>(input.Schema[column.Index]))];

    /// <summary>The columns of these names, or an error that says what one of them is instead.</summary>
    public static IReadOnlyList<DataViewSchema.Column> Columns(DataViewSchema schema, IReadOnlyList<string> names, string step) =>
        [.. names.Select(name =>
        {
            var column = RequiredColumn.Of(schema, name, step);
            return column.Type == NumberDataViewType.Single ? column : throw Unsuitable(name, column.Type.ToString()!);
        })];

    /// <summary>Throws unless columns of these names hold scores.</summary>
    public static void Require(SchemaShape shape, IReadOnlyList<string> names, string step)
    {
        foreach (var name in names)
        {
            var column = RequiredColumn.Of(shape, name, step);
            if (column.Kind != SchemaShape.Column.VectorKind.Scalar || column.IsKey || column.ItemType != NumberDataViewType.Single)
            {
                throw Unsuitable(name, column.GetTypeString());
            }
        }
    }

    /// <summary>Reads the current row: one score per column.</summary>
    public void Read(Span<float> scores)
    {
        for (var k = 0; k < _getters.Length; k++)
        {
            _getters[k](ref scores[k]);
        }
    }

    private static ArgumentException Unsuitable(string name, string got) =>
        new($"Column '{name}': expected a Single, one score a row, got {got}.");
}
