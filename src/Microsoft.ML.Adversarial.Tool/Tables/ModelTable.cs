using Microsoft.ML.Adversarial.Tool.Classifiers;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Tool.Tables;

/// <summary>A fitted model, and a file with the columns that it reads.</summary>
/// <param name="Context">The context that loaded the model.</param>
/// <param name="Model">The whole model.</param>
/// <param name="File">The table as text.</param>
/// <param name="Columns">Where the model's columns are in it.</param>
/// <param name="LabelColumnName">The label, as the model knows it.</param>
/// <param name="Rows">The table as the model reads it.</param>
internal sealed record ModelTable(
    MLContext Context, ITransformer Model, CsvFile File, IReadOnlyList<TableColumn> Columns, string LabelColumnName, IDataView Rows)
{
    private static readonly string[] OutputNames = ["Score", "Probability", "PredictedLabel"];

    public static ModelTable Open(string modelPath, string dataPath, char separator, string label)
    {
        LoadedClassifier.RequireFile(modelPath, "a model");
        LoadedClassifier.RequireFile(dataPath, "a table");
        var context = new MLContext(seed: 0);
        var (model, saved) = LoadedModel.Read(context, modelPath);
        var schema = saved ?? throw new InvalidDataException(
            $"'{modelPath}': expected a model with the schema of its input, got one without. Give the schema to mlContext.Model.Save.");
        var file = CsvFile.Read(dataPath, separator);
        TableColumn[] columns = [.. schema.Where(column => !column.IsHidden).Select(column => TableColumn.Find(file, column, schema))];
        RequireColumns(file, columns, Needed(model, schema, label, modelPath));
        columns = [.. columns.Where(column => column.IsReadable)];
        var loader = context.Data.CreateTextLoader(new TextLoader.Options
        {
            Columns = [.. columns.Select(column => column.ToLoaderColumn(file.Header.Length))],
            Separators = [separator],
            HasHeader = true,
            AllowQuoting = true,
            MissingRealsAsNaNs = true,
        });
        var rows = loader.Load(dataPath);
        return new ModelTable(context, model, file, columns, label, rows).RequireRows();
    }

    /// <summary>The rows that are worked on; the file may hold more.</summary>
    /// <param name="count">How many, or null for all.</param>
    public IDataView FirstRows(int? count)
    {
        if (count > File.Rows.Count)
        {
            throw new InvalidDataException(
                $"'{File.Path}': expected at least {count} rows, got {File.Rows.Count}. Ask for fewer rows or give more.");
        }

        return Context.Data.TakeRows(Rows, count ?? File.Rows.Count);
    }

    private static HashSet<string> Needed(ITransformer model, DataViewSchema schema, string label, string path)
    {
        if (!model.IsRowToRowMapper)
        {
            throw new InvalidDataException($"'{path}': expected a model that gives one row for each row, got one that drops, adds or orders rows.");
        }

        var mapper = model.GetRowToRowMapper(schema);
        if (mapper.OutputSchema.GetColumnOrNull(label) is null)
        {
            throw new InvalidDataException(
                $"'{path}': expected a label '{label}', got a model with the columns {string.Join(", ", mapper.OutputSchema.Select(column => column.Name).Distinct())}. "
                + "Name one by --label.");
        }

        var outputs = OutputNames.Append(label).Select(mapper.OutputSchema.GetColumnOrNull).OfType<DataViewSchema.Column>();
        return [.. mapper.GetDependencies(outputs).Select(column => column.Name)];
    }

    private static void RequireColumns(CsvFile file, IEnumerable<TableColumn> columns, HashSet<string> needed)
    {
        TableColumn[] lacking = [.. columns.Where(column => needed.Contains(column.Column.Name) && column.First is null)];
        if (lacking.Length > 0)
        {
            throw new InvalidDataException(
                $"'{file.Path}': expected the columns that the model reads, got none for "
                + $"{string.Join(", ", lacking.Select(column => $"'{column.Column.Name}' ({column.Column.Type})"))}. "
                + $"The file has {string.Join(", ", file.Header)}.");
        }

        if (columns.FirstOrDefault(column => needed.Contains(column.Column.Name) && !column.IsReadable) is { } unfit)
        {
            throw new InvalidDataException(
                $"'{file.Path}', column '{unfit.Column.Name}': expected numbers, text, keys, Booleans or times, which a table can hold, "
                + $"got a model that reads {unfit.Column.Type}. Attack it in code.");
        }
    }

    private ModelTable RequireRows()
    {
        using var cursor = Rows.GetRowCursor([]);
        var count = 0;
        while (cursor.MoveNext())
        {
            count++;
        }

        return count == File.Rows.Count
            ? this
            : throw new InvalidDataException($"'{File.Path}': expected {File.Rows.Count} rows, one a line, ML.NET reads {count}.");
    }
}
