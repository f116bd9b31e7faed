using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Tool.Scoring;

namespace Microsoft.ML.Adversarial.Tool;

/// <summary><c>adversarial detectors</c>: which detectors there are and what can be set.</summary>
internal sealed class DetectorsVerb : Verb
{
    public DetectorsVerb()
        : base("detectors", "Lists the detectors, with what they need, and their settings, defaults and ranges.") => SetAction(parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            HashSet<string> described = [.. DetectorDescription.Names.Select(name => DetectorDescription.About(name).Type.Name)];
            output.WriteLine("On a network and its gradients, by 'adversarial score --detector'; they learn nothing and have no settings:");
            output.WriteLine($"  {string.Join(", ", DetectorEntry.All.Select(entry => entry.Name).Where(name => !described.Contains(name)))}");
            foreach (var name in DetectorDescription.Names)
            {
                Write(name, output);
            }

            return ExitCode.Success;
        });

    public override IReadOnlyList<string> Examples => ["adversarial detectors"];

    private static void Write(string name, TextWriter output)
    {
        var (names, type) = DetectorDescription.About(name);
        var scores = DetectorEntry.All.Any(entry => entry.Name == type.Name);
        output.WriteLine($"{type.Name}, in files {string.Join(" or ", names)}");
        output.WriteLine($"  {Needs(type)}, {(scores ? "by 'adversarial score --detector' with its defaults" : "in models that were fitted in code")}");
        var settings = DetectorDescription.SettingsOf(name);
        var (widest, defaults) = (
            settings.Select(setting => setting.Name.Length).DefaultIfEmpty().Max(), settings.Select(setting => setting.Default.Length).DefaultIfEmpty().Max());
        foreach (var setting in settings)
        {
            output.WriteLine($"  {setting.Name.PadRight(widest)}  {setting.Default.PadRight(defaults)}  {setting.Range}");
        }
    }

    private static string Needs(Type type) => type.IsAssignableTo(typeof(LogitDetector)) ? "learns nothing, needs logits only"
        : type.IsAssignableTo(typeof(StatelessDetector)) ? "learns nothing, needs a network"
        : "learns from clean rows, needs a network";
}
