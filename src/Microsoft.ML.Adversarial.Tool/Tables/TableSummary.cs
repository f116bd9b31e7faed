using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.Adversarial.Attacks;

namespace Microsoft.ML.Adversarial.Tool.Tables;

/// <summary>What came of an attack on a table. Its mean size is null where no row that was right became wrong.</summary>
/// <param name="Version">The version of the tool.</param>
/// <param name="Attack">The attack and those of its settings that differ from their defaults.</param>
/// <param name="Relative">Column, range or deviation: in which units epsilon and sizes count.</param>
/// <param name="Seed">Seed of all random draws.</param>
/// <param name="Rows">Rows attacked.</param>
/// <param name="Cancelled">Whether the run was cancelled.</param>
/// <param name="CleanAccuracy">Share of rows classified correctly before.</param>
/// <param name="RobustAccuracy">Share of rows classified correctly under attack.</param>
/// <param name="MeanSize">Mean size over rows that were right before and are wrong after.</param>
/// <param name="Queries">How many rows the model scored for the attack.</param>
internal sealed record TableSummary(
    string Version, AttackDescription Attack, string Relative, long Seed, int Rows, bool Cancelled, double CleanAccuracy, double RobustAccuracy,
    double? MeanSize, long Queries)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public static TableSummary Of(AttackedTable table, long seed)
    {
        var result = table.Result;
        return new(
            ToolVersion.Text, AttackDescription.Of(table.Attack), table.Unit.ToString().ToLowerInvariant(), seed, result.Succeeded.Count,
            result.WasCancelled, result.CleanAccuracy, result.RobustAccuracy, double.IsNaN(result.MeanSize) ? null : result.MeanSize,
            result.QueryCount);
    }

    public void WriteJson(Stream stream) => JsonSerializer.Serialize(stream, this, Json);

    public void WriteTable(TextWriter output)
    {
        var unit = Relative == "column" ? "" : $" of each column's {Relative}";
        Line("attack", $"{Attack.Name}, {Attack.Norm} <= {Attack.Epsilon}{unit}, seed {Seed}");
        Line("rows", $"{Rows}{(Cancelled ? " (cancelled)" : "")}");
        Line("clean accuracy", $"{100 * CleanAccuracy:0.00} %");
        Line("robust accuracy", $"{100 * RobustAccuracy:0.00} %");
        Line("mean size", MeanSize is { } size ? (FormattableString)$"{size:0.####}" : $"-");
        Line("queries", $"{Queries}");

        void Line(string name, FormattableString value) =>
            output.WriteLine($"{name,-18}{value.ToString(CultureInfo.InvariantCulture)}");
    }
}
