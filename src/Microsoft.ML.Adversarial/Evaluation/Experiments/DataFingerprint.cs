using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>A hash of all that a view holds: equal for equal data, wherever they come from.</summary>
internal static class DataFingerprint
{
    /// <summary>Reads the view once.</summary>
    public static string Of(IDataView view, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        DataViewSchema.Column[] columns = [.. view.Schema.Where(column => !column.IsHidden)];
        foreach (var column in columns)
        {
            var keys = column.Type is KeyDataViewType ? LabelValues.Read(column)?.Values ?? [] : [];
            hash.AppendData(Encoding.UTF8.GetBytes(StableDraw.Join([column.Name, column.Type.ToString()!, .. keys])));
        }

        using var cursor = view.GetRowCursor(columns);
        Action<IncrementalHash>[] cells = [.. columns.Select(column => CellHash.Of(cursor, column))];
        while (cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var add in cells)
            {
                add(hash);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>How many different values the first rows of a column have, read until there are two.</summary>
    public static int CountUpToTwo(IDataView view, DataViewSchema.Column column)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var cursor = view.GetRowCursor([column]);
        var add = CellHash.Of(cursor, column);
        HashSet<string> values = [];
        while (values.Count < 2 && cursor.MoveNext())
        {
            add(hash);
            values.Add(Convert.ToHexStringLower(hash.GetHashAndReset()));
        }

        return values.Count;
    }
}
