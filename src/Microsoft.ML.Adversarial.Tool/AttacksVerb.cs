using Microsoft.ML.Adversarial.Attacks;

namespace Microsoft.ML.Adversarial.Tool;

/// <summary><c>adversarial attacks</c>: which attacks there are and what can be set.</summary>
internal sealed class AttacksVerb : Verb
{
    public AttacksVerb()
        : base("attacks", "Lists the attacks with their settings, defaults and ranges.") => SetAction(parsed =>
        {
            foreach (var name in AttackDescription.Names)
            {
                Write(name, parsed.InvocationConfiguration.Output);
            }

            return ExitCode.Success;
        });

    public override IReadOnlyList<string> Examples => ["adversarial attacks"];

    private static void Write(string name, TextWriter output)
    {
        output.WriteLine(string.Join(", ", AttackDescription.NamesOf(name)));
        foreach (var setting in AttackDescription.SettingsOf(name))
        {
            output.WriteLine($"  {setting.Name,-16} {setting.Default,-14} {setting.Range}");
        }
    }
}
