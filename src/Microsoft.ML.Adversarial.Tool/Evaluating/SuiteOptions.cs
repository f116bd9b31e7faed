using System.CommandLine;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Norms;

namespace Microsoft.ML.Adversarial.Tool.Evaluating;

/// <summary>The options that say which attacks, within which threat model.</summary>
internal sealed class SuiteOptions
{
    private static readonly Dictionary<string, Func<Norm, double, AttackSuite>> Suites = new(StringComparer.OrdinalIgnoreCase)
    {
        ["quick"] = AttackSuite.Quick,
        ["standard"] = AttackSuite.Standard,
        ["minimum-norm"] = AttackSuite.MinimumNorm,
        ["black-box"] = AttackSuite.BlackBox,
        ["full"] = AttackSuite.Full,
    };

    private readonly Option<string> _suite = new("--suite")
    {
        HelpName = "name",
        Description = $"The attacks: {string.Join(", ", Suites.Keys)}, or auto for AutoAttack on a network and black-box attacks on any other model.",
        DefaultValueFactory = _ => "auto",
    };

    private readonly Option<string> _norm = new("--norm")
    {
        HelpName = "norm",
        Description = "How perturbations are measured: Linf, L2, L1 or L0.",
        DefaultValueFactory = _ => "Linf",
    };

    private readonly Option<double> _epsilon = new("--epsilon")
    {
        HelpName = "size",
        Description = "The budget in that norm: in pixels from 0 to 1, or in the units of the columns that are attacked.",
        Required = true,
        CustomParser = PositiveNumber.Parse,
    };

    public void AddTo(Verb verb)
    {
        verb.Options.Add(_suite);
        verb.Options.Add(_norm);
        verb.Options.Add(_epsilon);
    }

    /// <summary>The suite for a classifier. What does not depend on the classifier is checked now.</summary>
    /// <exception cref="UsageException">No suite is called that, or it does not have this norm.</exception>
    public Func<IClassifier, AttackSuite> Choice(ParseResult parsed)
    {
        var (name, epsilon) = (parsed.GetRequiredValue(_suite), parsed.GetRequiredValue(_epsilon));
        var norm = UsageException.Guard(() => Norm.Parse(parsed.GetRequiredValue(_norm)));
        if (name.Equals("auto", StringComparison.OrdinalIgnoreCase))
        {
            return classifier => UsageException.Guard(() => AttackSuite.For(classifier, norm, epsilon));
        }

        var create = Suites.GetValueOrDefault(name)
            ?? throw new UsageException($"--suite: expected one of auto, {string.Join(", ", Suites.Keys)}, got '{name}'.");
        var suite = UsageException.Guard(() => create(norm, epsilon));
        return _ => suite;
    }
}
