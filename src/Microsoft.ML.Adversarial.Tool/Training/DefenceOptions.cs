using System.CommandLine;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Trainers;

namespace Microsoft.ML.Adversarial.Tool.Training;

/// <summary>The options that say how to train.</summary>
internal sealed class DefenceOptions
{
    private readonly Option<string> _defence = new("--defence")
    {
        HelpName = "name",
        Description = $"How to train: {string.Join(", ", DefenceEntry.All.Select(entry => entry.Name))}.",
        DefaultValueFactory = _ => "none",
    };

    private readonly Option<string> _norm = new("--norm")
    {
        HelpName = "norm",
        Description = "How perturbations are measured that adversarial training defends against.",
        DefaultValueFactory = _ => "Linf",
    };

    private readonly Option<double?> _epsilon = new("--epsilon")
    {
        HelpName = "size",
        Description = "Their largest size: in pixels from 0 to 1, or in the units of the columns.",
        CustomParser = result => PositiveNumber.Parse(result),
    };

    private readonly Option<string[]> _settings = new("--set")
    {
        HelpName = "key=value",
        Description = $"A setting of the trainer, such as WeightAveraging=0.999. May be repeated. One of {string.Join(", ", TrainerSettings.Names)}; "
            + "distillation has Temperature and SharedEpochs too.",
    };

    public void AddTo(Verb verb)
    {
        verb.Options.Add(_defence);
        verb.Options.Add(_norm);
        verb.Options.Add(_epsilon);
        verb.Options.Add(_settings);
    }

    /// <summary>The way to train and the options of its trainer.</summary>
    /// <exception cref="UsageException">No defence is called that, its budget is missing, or a setting is unknown.</exception>
    public (DefenceEntry Defence, NeuralNetworkOptions Options) Create(ParseResult parsed)
    {
        var defence = DefenceEntry.Named(parsed.GetRequiredValue(_defence));
        var epsilon = parsed.GetValue(_epsilon);
        if (defence.HasBudget != epsilon is not null)
        {
            throw new UsageException(defence.HasBudget
                ? $"--epsilon: expected the largest perturbation, such as 0.1, that '{defence.Name}' defends against, got none."
                : $"--epsilon: expected none with '{defence.Name}', which defends within no budget, got {epsilon}.");
        }

        var options = UsageException.Guard(() => defence.NewOptions(Norm.Parse(parsed.GetRequiredValue(_norm)), epsilon ?? 0));
        TrainerSettings.Apply(options, parsed.GetValue(_settings) ?? []);
        return (defence, options);
    }
}
