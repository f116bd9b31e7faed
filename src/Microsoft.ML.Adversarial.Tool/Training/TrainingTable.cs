using System.Globalization;
using Microsoft.ML.Adversarial.Tool.Classifiers;
using Microsoft.ML.Adversarial.Tool.Tables;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Tool.Training;

/// <summary>A table to train on: columns of numbers are features, of text categories; the label is text of which classes are made.</summary>
/// <param name="Rows">The table.</param>
/// <param name="Features">Makes the column <c>Features</c> of it, and classes of the label.</param>
internal sealed record TrainingTable(IDataView Rows, IEstimator<ITransformer> Features)
{
    public static TrainingTable Open(MLContext context, string path, char separator, string label, int? rows)
    {
        LoadedClassifier.RequireFile(path, "a table");
        var file = CsvFile.Read(path, separator);
        var place = Array.IndexOf(file.Header, label);
        if (place < 0)
        {
            throw new InvalidDataException(
                $"'{path}': expected a column '{label}', the label, got {string.Join(", ", file.Header)}. Name one by --label.");
        }

        if (rows > file.Rows.Count)
        {
            throw new InvalidDataException($"'{path}': expected at least {rows} rows, got {file.Rows.Count}. Ask for fewer rows or give more.");
        }

        var columns = file.Header.Select((name, index) => (
            Name: name, Index: index, IsNumber: index != place && file.Rows.All(cells => IsNumber(cells[index])))).ToArray();
        var loader = context.Data.CreateTextLoader(new TextLoader.Options
        {
            Columns = [.. columns.Select(column => new TextLoader.Column(column.Name, column.IsNumber ? DataKind.Single : DataKind.String, column.Index))],
            Separators = [separator],
            HasHeader = true,
            AllowQuoting = true,
            MissingRealsAsNaNs = true,
        });
        var features = columns.Where(column => column.Index != place).Select(column => (column.Name, column.IsNumber, Encoded: $"{column.Name} encoded")).ToArray();
        IEstimator<ITransformer> steps = context.Transforms.Conversion.MapValueToKey(label);
        foreach (var (name, _, encoded) in features.Where(column => !column.IsNumber))
        {
            steps = steps.Append(context.Transforms.Categorical.OneHotEncoding(encoded, name));
        }

        steps = steps.Append(context.Transforms.Concatenate("Features", [.. features.Select(column => column.IsNumber ? column.Name : column.Encoded)]));
        return new(context.Data.TakeRows(loader.Load(path), rows ?? file.Rows.Count), steps);
    }

    private static bool IsNumber(string cell) =>
        cell.Length == 0 || double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
}
