using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Tool.Evaluating;

namespace Microsoft.ML.Adversarial.Tool;

/// <summary><c>adversarial compare</c>: two evaluations in, what changed out, and an exit code for continuous integration.</summary>
internal sealed class CompareVerb : Verb
{
    private readonly Argument<string> _before = new("before") { HelpName = "before.json", Description = "The evaluation to compare with." };
    private readonly Argument<string> _after = new("after") { HelpName = "after.json", Description = "The evaluation in question." };

    private readonly Option<double> _tolerance = new("--tolerance")
    {
        HelpName = "share",
        Description = "By how much robust accuracy may fall: 0.01 is one percentage point.",
        DefaultValueFactory = _ => 0.01,
        CustomParser = result => ParseShare(result),
    };

    private readonly Option<double?> _cleanTolerance = new("--clean-tolerance")
    {
        HelpName = "share",
        Description = "By how much clean accuracy may fall. [default: by anything]",
        CustomParser = result => ParseShare(result),
    };

    public CompareVerb()
        : base("compare", $"Compares two evaluations row by row; ends with code {ExitCode.Regression} if accuracy fell by more than is tolerated.")
    {
        Arguments.Add(_before);
        Arguments.Add(_after);
        Options.Add(_tolerance);
        Options.Add(_cleanTolerance);
        SetAction(Run);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "adversarial compare released.json candidate.json",
        "adversarial compare released.json candidate.json --tolerance 0.02 --clean-tolerance 0.005",
    ];

    private int Run(ParseResult parsed)
    {
        var (before, after) = (EvaluationInput.Read(parsed.GetRequiredValue(_before)), EvaluationInput.Read(parsed.GetRequiredValue(_after)));
        var comparison = EvaluationComparison.Of(before, after);
        var output = parsed.InvocationConfiguration.Output;
        comparison.WriteTable(output);
        foreach (var warning in new RobustnessMetrics(after).Warnings)
        {
            output.WriteLine($"warning, {warning.Kind}: {warning.Finding}");
        }

        string[] regressions =
        [
            .. Regression("robust accuracy", comparison.RobustAccuracy, parsed.GetValue(_tolerance)),
            .. parsed.GetValue(_cleanTolerance) is { } tolerance ? Regression("clean accuracy", comparison.CleanAccuracy, tolerance) : [],
        ];
        foreach (var regression in regressions)
        {
            output.WriteLine(regression);
        }

        return regressions.Length > 0 ? ExitCode.Regression : ExitCode.Success;
    }

    private static IEnumerable<string> Regression(string name, AccuracyChange change, double tolerance)
    {
        if (change.IsRegression(tolerance))
        {
            yield return string.Create(
                CultureInfo.InvariantCulture, $"regression: {name} fell by {100 * change.Loss:0.00} points, of which {100 * tolerance:0.##} are tolerated");
        }
    }

    private static double ParseShare(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 1)
        {
            return share;
        }

        result.AddError($"{((OptionResult)result.Parent!).Option.Name}: expected a share from 0 to 1, such as 0.01 for one percentage point, got '{text}'.");
        return 0;
    }
}
