using System.CommandLine;
using System.Diagnostics;
using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Tool.Attacking;
using Microsoft.ML.Adversarial.Tool.Classifiers;
using Microsoft.ML.Adversarial.Tool.Images;
using Microsoft.ML.Adversarial.Tool.Writing;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Tool;

/// <summary><c>adversarial attack</c>: images in, adversarial images and a summary out.</summary>
internal sealed class AttackVerb : Verb
{
    private readonly ClassifierOptions _classifier = new();
    private readonly ImageOptions _images = new(requireLabels: true);
    private readonly AttackOptions _attack = new();
    private readonly TargetsOption _targets = new();
    private readonly ThreadsOption _threads = new();

    private readonly Option<long> _seed = new("--seed")
    {
        HelpName = "N",
        Description = "Decides every random draw, row by row.",
        DefaultValueFactory = _ => 0,
        CustomParser = WholeNumber.Any,
    };

    private readonly Option<string> _output = new("--output")
    {
        HelpName = "adv.safetensors",
        Description = "Where adversarial images, successes and sizes go.",
        Required = true,
    };

    private readonly Option<string?> _json = new("--json")
    {
        HelpName = "summary.json",
        Description = "Where the summary goes as JSON too.",
    };

    public AttackVerb()
        : base("attack", "Attacks images and writes the adversarial ones.")
    {
        _classifier.AddTo(this);
        _images.AddTo(this);
        _attack.AddTo(this);
        _targets.AddTo(this);
        Options.Add(_seed);
        _threads.AddTo(this);
        Options.Add(_output);
        Options.Add(_json);
        SetAction((parsed, cancellation) => _threads.Run(parsed, () => Run(parsed, cancellation)));
    }

    public override IReadOnlyList<string> Examples =>
    [
        "adversarial attack --network net.json --weights net.safetensors --images t10k-images-idx3-ubyte.gz "
            + "--labels t10k-labels-idx1-ubyte.gz --attack pgd --epsilon 0.1 --set Steps=100 --output adv.safetensors",
        "adversarial attack --model model.zip --images images --labels labels --rows 1000 --attack fgsm --norm L2 --epsilon 2 "
            + "--targets next --output adv.safetensors --json summary.json",
    ];

    private int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var attack = _attack.Create(parsed);
        var output = OutputFile.Require(parsed.GetRequiredValue(_output));
        var json = parsed.GetValue(_json) is { } path ? OutputFile.Require(path) : null;
        using var scope = NewDisposeScope();
        using var loaded = _classifier.Load(parsed);
        loaded.Model?.RequireNetworkReadsInput();
        var images = _images.Open(parsed, loaded.Classifier);
        var run = new AttackRunInfo(
            attack, _targets.Choice(parsed), parsed.GetValue(_seed), _images.BatchSize(parsed), get_num_threads());

        using var rows = AttackedRows.For(images, loaded.Classifier, run.Targets);
        var (streams, watch) = (parsed.InvocationConfiguration, Stopwatch.StartNew());
        RowProgress.Run(streams.Error, $"attacking with {AttackDescription.Of(attack).Name}", images.RowCount, report =>
            rows.AttackAll(loaded.Classifier, images, run, report, cancellation));
        var (time, cancelled) = (watch.Elapsed, rows.Count < images.RowCount);
        if (rows.Count == 0)
        {
            throw new OperationCanceledException(cancellation);
        }

        output.Write(stream => AttackFile.Write(stream, rows, run, cancelled));
        var summary = AttackSummary.Of(rows, run, cancelled, time);
        json?.Write(summary.WriteJson);
        summary.WriteTable(streams.Output);
        return cancelled ? Cancelled.Tell(streams.Error, output, rows.Count, images.RowCount) : ExitCode.Success;
    }
}
