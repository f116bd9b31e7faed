using Microsoft.ML.Adversarial.Attacks;

namespace Microsoft.ML.Adversarial.Tool;

/// <summary><c>adversarial attacks</c>: which attacks there are and what can be set.</summary>
internal sealed class AttacksVerb : Verb
{
    public AttacksVerb()
        : base("attacks", "Lists the attacks with their papers, norms, settings, defaults and ranges.") => SetAction(parsed =>
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
        var about = AttackDescription.About(name);
        output.WriteLine(string.Join(", ", about.Names));
        output.WriteLine($"  {about.Reference}");
        output.WriteLine($"  {(AttackDescription.IsBlackBox(name) ? "black-box" : "white-box")}, {Kind(name)}, {Norms(about)}");
        var settings = AttackDescription.SettingsOf(name).ToArray();
        var (names, defaults) = (settings.Max(setting => setting.Name.Length), settings.Max(setting => setting.Default.Length));
        foreach (var setting in settings)
        {
            output.WriteLine($"  {setting.Name.PadRight(names)}  {setting.Default.PadRight(defaults)}  {setting.Range}");
        }
    }

    private static string Kind(string name) => AttackDescription.IsMinimumNorm(name) ? "smallest perturbation" : "within a budget";

    private static string Norms(AttackNameAttribute about) => about.Norms.Length == 0 ? "any norm" : string.Join(" or ", about.Norms);
}
