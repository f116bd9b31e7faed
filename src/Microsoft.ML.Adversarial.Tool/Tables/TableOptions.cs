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

/// <summary>The options that say which table, and what of it may change.</summary>
internal sealed class TableOptions
{
    private readonly Option<string?> _data = new("--data")
    {
        HelpName = "data.csv",
        Description = "A table with a header, for any model of --model, instead of --images and --labels.",
    };

    private readonly Option<string> _label = new("--label")
    {
        HelpName = "column",
        Description = "The true class of each row of --data: the label as the model knows it, whose source is a column of the file.",
        DefaultValueFactory = _ => "Label",
    };

    private readonly Option<char> _separator = new("--separator")
    {
        HelpName = "character",
        Description = "What separates the cells of --data; \\t is a tab. [default: a tab in .tsv files, else a comma]",
        CustomParser = ParseSeparator,
    };

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

    private Option[] OfTables => [_label, _separator, _categories, _numbers, _relative];

    public void AddTo(Verb verb)
    {
        verb.Options.Add(_data);
        foreach (var option in OfTables)
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
        bool Has(Option option) => result.GetResult(option) is { Implicit: false };

        string[] given = [.. images.Append(_data).Where(Has).Select(option => option.Name)];
        if (Has(_data) ? images.Any(Has) : !images.All(Has))
        {
            var got = given.Length == 0 ? "none of them" : string.Join(" and ", given);
            result.AddError($"Expected either --images and --labels or --data, got {got}.");
        }
        else if ((Has(_data) ? imagesOnly : OfTables).FirstOrDefault(Has) is { } stray)
        {
            result.AddError($"Expected {stray.Name} only beside {(Has(_data) ? "--images, got it beside --data" : "--data, got it beside --images")}.");
        }
        else if (Has(_data) && !Has(model))
        {
            result.AddError("Expected --model beside --data, got none: a table is attacked through an ML.NET model.");
        }
    }

    public bool IsGiven(ParseResult parsed) => parsed.GetValue(_data) is not null;

    public string Path(ParseResult parsed) => parsed.GetValue(_data)!;

    public string Label(ParseResult parsed) => parsed.GetRequiredValue(_label);

    public char Separator(ParseResult parsed) => parsed.GetResult(_separator) is { Implicit: false } ? parsed.GetValue(_separator)
        : System.IO.Path.GetExtension(Path(parsed)).Equals(".tsv", StringComparison.OrdinalIgnoreCase) ? '\t'
        : ',';

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

    private static char ParseSeparator(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (text == "\\t")
        {
            return '\t';
        }

        if (text is [not ('"' or '\r' or '\n')])
        {
            return text[0];
        }

        result.AddError($"--separator: expected one character, or \\t for a tab, got '{text}'.");
        return ',';
    }
}
