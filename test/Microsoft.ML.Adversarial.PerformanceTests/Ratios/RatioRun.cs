using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.PerformanceTests.Ratios;

/// <summary>
/// Measures what each part costs in units of the plain network passes it stands on, both taken in turns within one run, so that a figure
/// means the same on any machine. Prints a table and writes it as JSON.
/// </summary>
internal static class RatioRun
{
    private static readonly IReadOnlyDictionary<string, Func<IEnumerable<Ratio>>> Families = new Dictionary<string, Func<IEnumerable<Ratio>>>
    {
        ["attacks"] = AttackRatios.Measure,
        ["callbacks"] = CallbackRatios.Measure,
        ["evaluation"] = EvaluationRatios.Measure,
        ["fisher"] = FisherRatios.Measure,
        ["memory"] = MemoryRatios.Measure,
        ["pipeline"] = PipelineRatios.Measure,
        ["training"] = TrainingRatios.Measure,
    };

    // What has no limit has an infinite one.
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public static int Execute(string outputPath, string? family)
    {
        set_num_threads(1);
        var ratios = new List<Ratio>();
        Console.WriteLine($"{"ratio",-58} {"value",8} {"limit",8}");
        foreach (var ratio in Families.Where(pair => family is null || pair.Key == family).SelectMany(pair => pair.Value()))
        {
            ratios.Add(ratio);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{ratio.Name,-58} {ratio.Value,8:F3} {ratio.Limit,8:F2}{(ratio.Holds ? "" : "  above its limit")}"));
        }

        File.WriteAllText(outputPath, JsonSerializer.Serialize(ratios, Json));
        Console.WriteLine($"Written to {outputPath}.");
        return ratios.TrueForAll(ratio => ratio.Holds) ? 0 : 1;
    }
}
