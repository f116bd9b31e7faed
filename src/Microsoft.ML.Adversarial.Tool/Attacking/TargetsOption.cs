using System.CommandLine;

namespace Microsoft.ML.Adversarial.Tool.Attacking;

/// <summary>What the attack aims at.</summary>
internal enum TargetChoice
{
    /// <summary>Any class but the label.</summary>
    None,

    /// <summary>The class after the label.</summary>
    Next,

    /// <summary>The class that the label file holds, which then holds no true labels.</summary>
    Labels,
}

internal sealed class TargetsOption
{
    private readonly Option<string?> _targets = new("--targets")
    {
        HelpName = "next|labels",
        Description = "Aim at one class: next is (label + 1) mod classes; labels says that --labels holds the wanted classes, not the true "
            + "ones. [default: any wrong class]",
    };

    public TargetsOption() => _targets.AcceptOnlyFromAmong("next", "labels");

    public Option Option => _targets;

    public void AddTo(Verb verb) => verb.Options.Add(_targets);

    public TargetChoice Choice(ParseResult parsed) => parsed.GetValue(_targets) switch
    {
        "next" => TargetChoice.Next,
        "labels" => TargetChoice.Labels,
        _ => TargetChoice.None,
    };
}

internal static class TargetChoiceExtensions
{
    /// <summary>The wanted class of every row, or null where any wrong class will do.</summary>
    public static long[]? TargetsFor(this TargetChoice choice, long[] labels, int classCount) => choice switch
    {
        TargetChoice.Next => [.. labels.Select(label => (label + 1) % classCount)],
        TargetChoice.Labels => labels,
        _ => null,
    };
}
