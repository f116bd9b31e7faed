using Microsoft.ML.Adversarial.Tool.Classifiers;
using Microsoft.ML.Adversarial.Tool.Images;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Tool.Scoring;

/// <summary>Scores from a model's own chain: every scalar column that it gives, and the detector's where it has none.</summary>
internal static class ModelScores
{
    public static ScoreTable Score(
        LoadedModel model, ImageFiles images, DetectorEntry detector, Action<int> report, CancellationToken cancellation)
    {
        var scored = Transform(model, images, detector);
        // Of columns with one name the last counts; the others are hidden.
        var columns = scored.Schema.Where(column => !column.IsHidden && column.Type is PrimitiveDataViewType).ToArray();
        using var cursor = scored.GetRowCursor(columns);
        CellReader[] readers = [.. columns.Select(column => CellReader.For(cursor, column)).OfType<CellReader>()];
        var rows = new ScoreColumn<long>("Row");
        while (rows.Count < images.RowCount && !cancellation.IsCancellationRequested && cursor.MoveNext())
        {
            foreach (var reader in readers)
            {
                reader.Read();
            }

            rows.Add(cursor.Position);
            report(rows.Count);
        }

        return new([rows, .. readers.Select(reader => reader.Column)]);
    }

    private static IDataView Transform(LoadedModel model, ImageFiles images, DetectorEntry detector)
    {
        var view = images.ToView(model.Context, model.Network.Labels.Count);
        try
        {
            var scored = model.Transformer.Transform(view);
            return scored.Schema.GetColumnOrNull(detector.Name) is null
                ? detector.OnModel(model.Context, model.Transformer, scored).Transform(scored)
                : scored;
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            var (columns, hint) = images.Labels is null
                ? ("images in a column Features", " Perhaps it also needs --labels.")
                : ("images in a column Features and labels in a column Label", "");
            throw new InvalidDataException(
                $"'{model.Path}': expected a model for {columns}, got one that does not fit: {ErrorLine.Of(exception)}{hint}", exception);
        }
    }
}
