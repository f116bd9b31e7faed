using System.CommandLine;

namespace Microsoft.ML.Adversarial.Tool;

/// <summary>How many of the rows are worked on.</summary>
internal sealed class RowsOption
{
    private readonly Option<int?> _rows = new("--rows")
    {
        HelpName = "N",
        Description = "Work on the first N rows only. [default: all]",
        CustomParser = result => WholeNumber.AtLeastOne(result),
    };

    public void AddTo(Verb verb) => verb.Options.Add(_rows);

    public int? Count(ParseResult parsed) => parsed.GetValue(_rows);
}
