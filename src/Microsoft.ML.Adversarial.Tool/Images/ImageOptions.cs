using System.CommandLine;
using Microsoft.ML.Adversarial.Classifiers;

namespace Microsoft.ML.Adversarial.Tool.Images;

/// <summary>The options that say which rows, and how many of them at a time.</summary>
internal sealed class ImageOptions
{
    private readonly Option<string?> _images = new("--images")
    {
        HelpName = "X-idx3-ubyte[.gz]",
        Description = "Images as an IDX file of bytes, plain or gzip; a pixel becomes byte / 255.",
    };

    private readonly Option<string?> _labels = new("--labels")
    {
        HelpName = "Y-idx1-ubyte[.gz]",
        Description = "Labels as an IDX file of bytes: the class of each image, from 0.",
    };

    private readonly RowsOption _rows = new();

    private readonly Option<int> _batchSize = new("--batch-size")
    {
        HelpName = "N",
        Description = "Rows worked on together.",
        DefaultValueFactory = _ => 256,
        CustomParser = WholeNumber.AtLeastOne,
    };

    public Option Images => _images;

    public Option Labels => _labels;

    public Option BatchRows => _batchSize;

    public void AddTo(Verb verb)
    {
        verb.Options.Add(_images);
        verb.Options.Add(_labels);
        _rows.AddTo(verb);
        verb.Options.Add(_batchSize);
    }

    public int? RowCount(ParseResult parsed) => _rows.Count(parsed);

    public int BatchSize(ParseResult parsed) => parsed.GetValue(_batchSize);

    /// <summary>Opens the files and checks them against the classifier, before any work is done.</summary>
    public ImageFiles Open(ParseResult parsed, IClassifier classifier) =>
        ImageFiles.Open(parsed.GetValue(_images)!, parsed.GetValue(_labels), _rows.Count(parsed), classifier);
}
