using System.CommandLine;
using System.CommandLine.Parsing;
using Microsoft.ML.Adversarial.Classifiers.Pipelines;

namespace Microsoft.ML.Adversarial.Tool.Tables;

/// <summary>In which units of its columns a budget counts.</summary>
internal enum EpsilonUnit
{
    /// <summary>The columns' own.</summary>
    Column,

    /// <summary>The range of each column in the file.</summary>
    Range,

    /// <summary>Its standard deviation.</summary>
    Deviation,
}

internal static class EpsilonUnits
{
    /// <summary>One factor per feature of a model, or none for the columns' own units.</summary>
    public static IReadOnlyList<double> ScaleOf(this EpsilonUnit unit, PipelineClassifier classifier) => unit switch
    {
        EpsilonUnit.Range => classifier.Ranges,
        EpsilonUnit.Deviation => classifier.StandardDeviations,
        _ => [],
    };
}

/// <summary>The options that say which table, and what of it may change.</summary>
internal sealed class TableOptions
{
    private readonly TableFileOptions _file = new();

    private readonly Option<string?> _categories = new("--categories")
    {
        HelpName = "City,Member",
        Description = "Columns of text, keys or Booleans that may change to another of their values. [default: none]",
    };

    private readonly Option<string?> _numbers = new("--numbers")
    {
        HelpName = "Income,Age",
        Description = "Columns of numbers that may change. [default: all that the model's scores depend on]",
    };

    private readonly Option<string?> _relative = new("--relative")
    {
        HelpName = "range|deviation",
        Description = "--epsilon counts in shares of each column's range or in its standard deviations. [default: in the columns' own units]",
    };

    public TableOptions() => _relative.AcceptOnlyFromAmong("range", "deviation");

    /// <summary>The options by which the whole model is attacked on columns of the table.</summary>
    public Option[] WhatMayChange => [_categories, _numbers, _relative];

    public void AddTo(Verb verb)
    {
        _file.AddTo(verb);
        foreach (var option in WhatMayChange)
        {
            verb.Options.Add(option);
        }
    }

    /// <param name="result">What was given.</param>
    /// <param name="images">The options that say which images.</param>
    /// <param name="imagesOnly">Others that tables have not.</param>
    /// <param name="model">The model, which tables need.</param>
    public void Validate(CommandResult result, Option[] images, Option[] imagesOnly, Option model)
    {
        if (_file.Validate(result, images, imagesOnly, WhatMayChange) && _file.IsGiven(result) && result.GetResult(model) is not { Implicit: false })
        {
            result.AddError("Expected --model beside --data, got none: a table is attacked through an ML.NET model.");
        }
    }

    /// <summary>Whether it is said what may change, or in which units: the whole model is then attacked on these columns.</summary>
    public bool NamesColumns(ParseResult parsed) => WhatMayChange.Any(option => parsed.GetResult(option) is { Implicit: false });

    public bool IsGiven(ParseResult parsed) => _file.IsGiven(parsed);

    public string Path(ParseResult parsed) => _file.Path(parsed);

    public string Label(ParseResult parsed) => _file.Label(parsed);

    public char Separator(ParseResult parsed) => _file.Separator(parsed);

    public PipelineClassifierOptions Changeable(ParseResult parsed) => new()
    {
        NumberColumns = parsed.GetValue(_numbers) is { } numbers ? Names(numbers) : null,
        CategoryColumns = Names(parsed.GetValue(_categories) ?? ""),
    };

    public EpsilonUnit Relative(ParseResult parsed) => parsed.GetValue(_relative) switch
    {
        "range" => EpsilonUnit.Range,
        "deviation" => EpsilonUnit.Deviation,
        _ => EpsilonUnit.Column,
    };

    private static string[] Names(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
