using System.Text;
using Microsoft.ML.Adversarial.Networks;

namespace Microsoft.ML.Adversarial.Tool.Scoring;

/// <summary>The finished rows, and what is known of them.</summary>
internal sealed record ScoreTable(IReadOnlyList<ScoreColumn> Columns)
{
    public int Count => Columns[0].Count;

    public void WriteCsv(Stream stream)
    {
        var withoutMark = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        using var writer = new StreamWriter(stream, withoutMark, leaveOpen: true) { NewLine = "\n" };
        writer.WriteLine(string.Join(',', Columns.Select(column => Quoted(column.Name))));
        for (var row = 0; row < Count; row++)
        {
            writer.WriteLine(string.Join(',', Columns.Select(column => Quoted(column.Text(row)))));
        }
    }

    public void WriteSafetensors(Stream stream)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        Safetensors.Write(
            stream,
            from column in Columns
            let values = column.ToTensor()
            where values is not null
            select KeyValuePair.Create(column.Name, values),
            new Dictionary<string, string> { ["version"] = ToolVersion.Text });
    }

    private static string Quoted(string text) =>
        text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
