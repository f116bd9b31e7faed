using System.Text;

namespace Microsoft.ML.Adversarial.Tool.Tables;

/// <summary>A table as text: a header and rows of as many cells, a row a line.</summary>
/// <param name="Path">The file.</param>
/// <param name="Separator">What separates cells.</param>
/// <param name="Header">The names of the columns.</param>
/// <param name="Rows">The cells of each row, without the quotes around them.</param>
internal sealed record CsvFile(string Path, char Separator, string[] Header, IReadOnlyList<string[]> Rows)
{
    public static CsvFile Read(string path, char separator)
    {
        string[][] lines = [.. File.ReadLines(path).Select((line, index) => (line, index)).Where(pair => pair.line.Length > 0)
            .Select(pair => Split(pair.line, separator, path, pair.index + 1))];
        if (lines.Length < 2)
        {
            throw new InvalidDataException($"'{path}': expected a header and at least one row, got {lines.Length} lines.");
        }

        foreach (var (index, cells) in lines.Index())
        {
            if (cells.Length != lines[0].Length)
            {
                throw new InvalidDataException(
                    $"'{path}', row {index - 1}: expected {lines[0].Length} cells, as in the header, got {cells.Length}. Is --separator right?");
            }
        }

        return new(path, separator, lines[0], lines[1..]);
    }

    /// <summary>Writes a table with the same header.</summary>
    public void Write(Stream stream, IEnumerable<string[]> rows)
    {
        var withoutMark = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        using var writer = new StreamWriter(stream, withoutMark, leaveOpen: true) { NewLine = "\n" };
        foreach (var cells in rows.Prepend(Header))
        {
            writer.WriteLine(string.Join(Separator, cells.Select(Quoted)));
        }
    }

    private static string[] Split(string line, char separator, string path, int number)
    {
        var (cells, cell, isQuoted) = (new List<string>(), new StringBuilder(), false);
        for (var place = 0; place < line.Length; place++)
        {
            var letter = line[place];
            if (letter == '"' && isQuoted && place + 1 < line.Length && line[place + 1] == '"')
            {
                cell.Append('"');
                place++;
            }
            else if (letter == '"' && (isQuoted || cell.Length == 0))
            {
                isQuoted = !isQuoted;
            }
            else if (letter == separator && !isQuoted)
            {
                cells.Add(cell.ToString());
                cell.Clear();
            }
            else
            {
                cell.Append(letter);
            }
        }

        return isQuoted
            ? throw new InvalidDataException($"'{path}', line {number}: expected a closing quote, got none. A row is one line.")
            : [.. cells, cell.ToString()];
    }

    private string Quoted(string cell) => cell.AsSpan().ContainsAny([Separator, '"'])
        ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
        : cell;
}
