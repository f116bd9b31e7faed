using System.CommandLine;
using System.CommandLine.Parsing;

namespace Microsoft.ML.Adversarial.Tool.Tables;

/// <summary>The options that say which table.</summary>
internal sealed class TableFileOptions
{
    private readonly Option<string?> _data = new("--data")
    {
        HelpName = "data.csv",
        Description = "A table with a header, for ML.NET models, instead of images.",
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

    /// <summary>The options that are of use with a table only.</summary>
    public IReadOnlyList<Option> OfTables => [_label, _separator];

    public void AddTo(Verb verb)
    {
        verb.Options.Add(_data);
        verb.Options.Add(_label);
        verb.Options.Add(_separator);
    }

    /// <summary>Requires either a table or images.</summary>
    /// <param name="result">What was given.</param>
    /// <param name="images">The options that say which images.</param>
    /// <param name="imagesOnly">Others that tables have not.</param>
    /// <param name="tablesOnly">Others that images have not.</param>
    /// <returns>Whether the command line is right in this.</returns>
    public bool Validate(CommandResult result, Option[] images, Option[] imagesOnly, IEnumerable<Option> tablesOnly)
    {
        bool Has(Option option) => result.GetResult(option) is { Implicit: false };

        string[] given = [.. images.Append(_data).Where(Has).Select(option => option.Name)];
        if (Has(_data) ? images.Any(Has) : !images.All(Has))
        {
            var got = given.Length == 0 ? "none of them" : string.Join(" and ", given);
            result.AddError($"Expected either --images and --labels or --data, got {got}.");
            return false;
        }

        if ((Has(_data) ? imagesOnly : tablesOnly.Concat(OfTables)).FirstOrDefault(Has) is { } stray)
        {
            result.AddError($"Expected {stray.Name} only beside {(Has(_data) ? "--images, got it beside --data" : "--data, got it beside --images")}.");
            return false;
        }

        return true;
    }

    public bool IsGiven(CommandResult result) => result.GetResult(_data) is { Implicit: false };

    public bool IsGiven(ParseResult parsed) => parsed.GetValue(_data) is not null;

    public string Path(ParseResult parsed) => parsed.GetValue(_data)!;

    public string Label(ParseResult parsed) => parsed.GetRequiredValue(_label);

    public char Separator(ParseResult parsed) => parsed.GetResult(_separator) is { Implicit: false } ? parsed.GetValue(_separator)
        : System.IO.Path.GetExtension(Path(parsed)).Equals(".tsv", StringComparison.OrdinalIgnoreCase) ? '\t'
        : ',';

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
