using System.CommandLine;
using System.CommandLine.Parsing;

namespace Microsoft.ML.Adversarial.Tool.Images;

/// <summary>The options that say which labelled images: two IDX files, or a folder with a subfolder per class.</summary>
internal sealed class ImageSetOptions
{
    private readonly Option<string?> _images = new("--images")
    {
        HelpName = "X-idx3-ubyte[.gz]|folder",
        Description = "Images as an IDX file of bytes, or a folder with a subfolder of PNG or JPEG files per class; a pixel becomes byte / 255.",
    };

    private readonly Option<string?> _labels = new("--labels")
    {
        HelpName = "Y-idx1-ubyte[.gz]",
        Description = "Labels as an IDX file of bytes: the class of each image, from 0. A folder brings its own.",
    };

    public void AddTo(Verb verb)
    {
        verb.Options.Add(_images);
        verb.Options.Add(_labels);
        verb.Validators.Add(result =>
        {
            if (IsFolder(result) && result.GetResult(_labels) is { Implicit: false })
            {
                result.AddError("Expected --labels only beside an IDX file, got it beside a folder, whose subfolders are the classes.");
            }
        });
    }

    /// <summary>The options that must be given together.</summary>
    public Option[] Required(CommandResult result) => IsFolder(result) ? [_images] : [_images, _labels];

    public ImageSet Open(ParseResult parsed, int? rows) => ImageSet.Open(parsed.GetValue(_images)!, parsed.GetValue(_labels), rows);

    private bool IsFolder(CommandResult result) => result.GetResult(_images) is { Implicit: false } given && Directory.Exists(given.GetValueOrDefault<string?>());
}
