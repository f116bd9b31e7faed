using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Microsoft.ML.Adversarial.Classifiers;

namespace Microsoft.ML.Adversarial.Tool.Classifiers;

/// <summary>The options that say which classifier: a network in two files, or a model file.</summary>
internal sealed class ClassifierOptions
{
    private readonly Option<string?> _network = new("--network") { HelpName = "net.json", Description = "The architecture of a network." };
    private readonly Option<string?> _weights = new("--weights") { HelpName = "net.safetensors", Description = "Its weights." };
    private readonly Option<string?> _model = new("--model")
    {
        HelpName = "model.zip",
        Description = "An ML.NET model with a NeuralNetwork step, or any for --data, instead of --network and --weights. Load only models that you trust.",
    };

    private readonly Option<InputBounds> _bounds = new("--bounds")
    {
        HelpName = "lower,upper",
        Description = "The values that inputs of --network may take; a model brings its own.",
        DefaultValueFactory = _ => InputBounds.Unit,
        CustomParser = ParseBounds,
    };

    public Option Model => _model;

    public void AddTo(Verb verb)
    {
        verb.Options.Add(_network);
        verb.Options.Add(_weights);
        verb.Options.Add(_model);
        verb.Options.Add(_bounds);
        verb.Validators.Add(Validate);
    }

    public string ModelPath(ParseResult parsed) => parsed.GetValue(_model)!;

    public bool NamesModel(ParseResult parsed) => parsed.GetValue(_model) is not null;

    /// <summary>The files that hold the classifier.</summary>
    public IReadOnlyList<string> Files(ParseResult parsed) =>
        parsed.GetValue(_model) is { } model ? [model] : [parsed.GetValue(_network)!, parsed.GetValue(_weights)!];

    /// <summary>What was said about the classifier beside its files.</summary>
    public string Bounds(ParseResult parsed) => NamesModel(parsed) || parsed.GetValue(_bounds) is not { } bounds
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $"{bounds.Lower[0]},{bounds.Upper[0]}");

    public LoadedClassifier Load(ParseResult parsed) => parsed.GetValue(_model) is { } model
        ? LoadedClassifier.FromModel(model)
        : LoadedClassifier.FromNetwork(parsed.GetValue(_network)!, parsed.GetValue(_weights)!, parsed.GetValue(_bounds)!);

    private void Validate(CommandResult result)
    {
        bool Has(Option option) => result.GetResult(option) is { Implicit: false };

        var (network, weights, model) = (Has(_network), Has(_weights), Has(_model));
        if (model ? network || weights : !(network && weights))
        {
            string[] given = [.. new[] { _network, _weights, _model }.Where(Has).Select(option => option.Name)];
            var got = given.Length == 0 ? "none of them" : string.Join(" and ", given);
            result.AddError($"Expected either --network and --weights or --model, got {got}.");
        }
        else if (model && Has(_bounds))
        {
            result.AddError("Expected --bounds only beside --network, got it beside --model, which brings its own bounds.");
        }
    }

    private static InputBounds? ParseBounds(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        try
        {
            if (text.Split(',') is [var lower, var upper])
            {
                return new(float.Parse(lower, CultureInfo.InvariantCulture), float.Parse(upper, CultureInfo.InvariantCulture));
            }
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
        }

        result.AddError($"--bounds: expected two numbers such as 0,1, the lower first, got '{text}'.");
        return null;
    }
}
