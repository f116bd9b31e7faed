using System.Globalization;
using System.Text.Json;
using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Networks;

namespace Microsoft.ML.Adversarial.Tool.Attacking;

/// <summary>The safetensors file of an attack: its rows, and how they were made.</summary>
internal static class AttackFile
{
    public static void Write(Stream stream, AttackedRows rows, AttackRunInfo run, bool cancelled)
    {
        var attack = AttackDescription.Of(run.Attack);
        Safetensors.Write(stream, rows.Tensors(), new Dictionary<string, string>
        {
            ["attack"] = attack.Name,
            ["norm"] = attack.Norm,
            ["epsilon"] = attack.Epsilon.ToString(CultureInfo.InvariantCulture),
            ["settings"] = JsonSerializer.Serialize(attack.Settings),
            ["targets"] = run.Targets.ToString().ToLowerInvariant(),
            ["seed"] = run.Seed.ToString(CultureInfo.InvariantCulture),
            ["batch_size"] = run.BatchSize.ToString(CultureInfo.InvariantCulture),
            ["cancelled"] = cancelled ? "true" : "false",
            ["version"] = ToolVersion.Text,
        });
    }
}
