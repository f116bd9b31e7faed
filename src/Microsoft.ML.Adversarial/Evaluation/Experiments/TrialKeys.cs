using System.Globalization;
using System.Reflection;
using System.Text;
using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.Cascades;
using Microsoft.ML.Adversarial.Evaluation.Robustness;

namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>Names trials by all that decides what comes out of them: candidate, options, rows, attacks, seeds, version.</summary>
internal sealed class TrialKeys
{
    private readonly string _common;

    public TrialKeys(RobustnessExperimentSettings settings, string dataFingerprint)
    {
        var (suite, options) = (settings.Suite, settings.Robustness);
        _common = StableDraw.Join(
        [
            typeof(TrialKeys).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
            dataFingerprint, settings.LabelColumnName, $"{settings.Seed}",
            suite.Name, suite.Norm.ToString()!, Text(suite.Epsilon), suite.Constraints.ToString(), .. suite.Attacks.SelectMany(Texts),
            $"{options.BatchSize}", $"{options.Seed}", $"{options.ProbeRows}", $"{options.Shard.Index}", $"{options.Shard.Count}",
            settings.Detection is null ? "" : StableDraw.Join(Texts(settings.Detection)),
            .. settings.Measures.Select(measure => measure.Name),
        ]);
    }

    /// <summary>A name for files.</summary>
    public string Of(TrialPlan plan)
    {
        var all = StableDraw.Join([_common, plan.Candidate.Name, Text(plan.TrainingFraction), .. plan.Texts]);
        return TrialFile.HashOf(Encoding.UTF8.GetBytes(all))[..32];
    }

    // The calibration rows are among the data.
    private static IEnumerable<string> Texts(DetectionSettings detection) =>
    [
        Text(detection.FalsePositiveRate), $"{detection.Options.BatchSize}", $"{detection.Options.Seed}", $"{detection.Options.AdaptiveSteps}",
        .. detection.Options.HalfBudgetAttack is { } attack ? Texts(new SuiteAttack("half", attack)) : [],
    ];

    private static IEnumerable<string> Texts(SuiteAttack attack) =>
    [
        attack.Name, SettingsOf(attack.Attack), attack.Attack.Constraints.ToString(),
        .. attack.Attack is AttackCascade cascade ? cascade.Stages.Select(SettingsOf) : [],
    ];

    // A record of the user's own prints its properties.
    private static string SettingsOf(Attack attack) => AttackDescription.IsNamed(attack) ? AttackRecord.SettingsOf(attack) : attack.ToString();

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
