using System.CommandLine;
using Microsoft.ML.Adversarial.Tool.Classifiers;
using Microsoft.ML.Adversarial.Tool.Images;
using Microsoft.ML.Adversarial.Tool.Scoring;
using Microsoft.ML.Adversarial.Tool.Writing;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Tool;

/// <summary><c>adversarial score</c>: images in, predictions and detector scores out.</summary>
internal sealed class ScoreVerb : Verb
{
    private readonly ClassifierOptions _classifier = new();
    private readonly ImageOptions _images = new();
    private readonly ThreadsOption _threads = new();

    private readonly Option<string> _detector = new("--detector")
    {
        HelpName = "name",
        Description = $"How rows are scored; one of {string.Join(", ", DetectorEntry.All.Select(entry => entry.Name))}.",
        DefaultValueFactory = _ => "FisherTrace",
    };

    private readonly Option<string> _output = new("--output")
    {
        HelpName = "scores.csv",
        Description = "Where a row per image goes: .csv or .safetensors.",
        Required = true,
    };

    public ScoreVerb()
        : base("score", "Predicts images and writes how suspicious they are.")
    {
        _classifier.AddTo(this);
        _images.AddTo(this);
        _images.Images.Required = true;
        Options.Add(_detector);
        _threads.AddTo(this);
        Options.Add(_output);
        SetAction((parsed, cancellation) => _threads.Run(parsed, () => Run(parsed, cancellation)));
    }

    public override IReadOnlyList<string> Examples =>
    [
        "adversarial score --network net.json --weights net.safetensors --images t10k-images-idx3-ubyte.gz --output scores.csv",
        "adversarial score --model model.zip --images images --labels labels --rows 1000 --output scores.safetensors",
    ];

    private int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var detector = DetectorEntry.Named(parsed.GetRequiredValue(_detector));
        var write = WriterFor(parsed.GetRequiredValue(_output));
        var output = OutputFile.Require(parsed.GetRequiredValue(_output));
        using var scope = NewDisposeScope();
        using var loaded = _classifier.Load(parsed);
        var images = _images.Open(parsed, loaded.Classifier);
        var table = new ScoreTable([]);
        var streams = parsed.InvocationConfiguration;
        RowProgress.Run(streams.Error, $"scoring with {detector.Name}", images.RowCount, report => table = loaded.Model is { } model
            ? ModelScores.Score(model, images, detector, report, cancellation)
            : NetworkScores.Score(loaded.Network, images, detector, _images.BatchSize(parsed), report, cancellation));
        if (table.Count == 0)
        {
            throw new OperationCanceledException(cancellation);
        }

        output.Write(stream => write(table, stream));
        streams.Output.WriteLine($"{table.Count} rows: {string.Join(", ", table.Columns.Select(column => column.Name))}");
        return table.Count < images.RowCount ? Cancelled.Tell(streams.Error, output, table.Count, images.RowCount) : ExitCode.Success;
    }

    private static Action<ScoreTable, Stream> WriterFor(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".csv" => (table, stream) => table.WriteCsv(stream),
        ".safetensors" => (table, stream) => table.WriteSafetensors(stream),
        _ => throw new UsageException($"--output: expected a file that ends in .csv or .safetensors, got '{path}'."),
    };
}
