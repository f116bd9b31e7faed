using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Microsoft.ML.Adversarial.Attacks;

namespace Microsoft.ML.Adversarial.Tool.Attacking;

/// <summary>The options that say which attack.</summary>
internal sealed class AttackOptions
{
    private readonly Option<string> _attack = new("--attack")
    {
        HelpName = "name",
        Description = $"One of {string.Join(", ", AttackDescription.Names)}; 'adversarial attacks' lists their settings.",
        Required = true,
    };

    private readonly Option<string?> _norm = new("--norm")
    {
        HelpName = "norm",
        Description = "How perturbations are measured: L0, L1, L2, Linf or another Lp such as L1.5. Default: the first that the attack lists, or Linf.",
    };

    private readonly Option<double?> _epsilon = new("--epsilon")
    {
        HelpName = "size",
        Description = "Largest perturbation in that norm, in pixels from 0 to 1 or in the units of --data. Attacks that look for the smallest need none.",
        CustomParser = ParseEpsilon,
    };

    private readonly Option<string[]> _settings = new("--set")
    {
        HelpName = "key=value",
        Description = "A setting of the attack, such as Steps=40. May be repeated.",
    };

    public void AddTo(Verb verb)
    {
        verb.Options.Add(_attack);
        verb.Options.Add(_norm);
        verb.Options.Add(_epsilon);
        verb.Options.Add(_settings);
    }

    /// <exception cref="UsageException">No attack is called that, or a setting is unknown or out of its range.</exception>
    public Attack Create(ParseResult parsed)
    {
        var (name, settings) = (parsed.GetRequiredValue(_attack), Settings(parsed.GetValue(_settings)));
        return UsageException.Guard(() => new AttackDescription(
            name, parsed.GetValue(_norm) ?? AttackDescription.CustomaryNorm(name), Epsilon(name, parsed.GetValue(_epsilon)), settings).Create());
    }

    private static double Epsilon(string attack, double? given) =>
        given ?? (AttackDescription.IsMinimumNorm(attack)
            ? double.PositiveInfinity
            : throw new UsageException($"--epsilon: expected the largest perturbation, such as 0.1, for '{attack}', which works within a budget; got none."));

    private static Dictionary<string, string> Settings(string[]? pairs)
    {
        Dictionary<string, string> settings = new(StringComparer.OrdinalIgnoreCase);
        foreach (var pair in pairs ?? [])
        {
            var (name, value) = pair.Split('=', 2) is [{ Length: > 0 } left, { Length: > 0 } right]
                ? (left, right)
                : throw new UsageException($"--set: expected a setting such as Steps=40, got '{pair}'.");
            if (!settings.TryAdd(name, value))
            {
                throw new UsageException($"--set: expected each setting once, got {name} twice.");
            }
        }

        return settings;
    }

    private static double? ParseEpsilon(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        var infinite = text.Equals("inf", StringComparison.OrdinalIgnoreCase);
        var epsilon = double.PositiveInfinity;
        if (infinite || (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out epsilon) && epsilon >= 0))
        {
            return epsilon;
        }

        result.AddError($"--epsilon: expected a number of at least 0, such as 0.1, or inf, got '{text}'.");
        return 0;
    }
}
