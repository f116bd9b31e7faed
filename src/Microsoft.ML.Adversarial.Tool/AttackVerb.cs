using System.CommandLine;
using System.Diagnostics;
using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Tool.Attacking;
using Microsoft.ML.Adversarial.Tool.Classifiers;
using Microsoft.ML.Adversarial.Tool.Images;
using Microsoft.ML.Adversarial.Tool.Tables;
using Microsoft.ML.Adversarial.Tool.Writing;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Tool;

/// <summary><c>adversarial attack</c>: images or the rows of a table in, adversarial ones and a summary out.</summary>
internal sealed class AttackVerb : Verb
{
    private readonly ClassifierOptions _classifier = new();
    private readonly ImageOptions _images = new();
    private readonly TableOptions _table = new();
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
        HelpName = "file",
        Description = "Where adversarial images, successes and sizes go as safetensors, or adversarial rows of --data as CSV.",
        Required = true,
    };

    private readonly Option<string?> _json = new("--json")
    {
        HelpName = "summary.json",
        Description = "Where the summary goes as JSON too.",
    };

    public AttackVerb()
        : base("attack", "Attacks images or the rows of a table and writes the adversarial ones.")
    {
        _classifier.AddTo(this);
        _images.AddTo(this);
        _table.AddTo(this);
        _attack.AddTo(this);
        _targets.AddTo(this);
        Options.Add(_seed);
        _threads.AddTo(this);
        Options.Add(_output);
        Options.Add(_json);
        Validators.Add(result => _table.Validate(
            result, images: [_images.Images, _images.Labels], imagesOnly: [_images.BatchRows, _targets.Option], _classifier.Model));
        SetAction((parsed, cancellation) => _threads.Run(
            parsed, () => _table.IsGiven(parsed) ? AttackTable(parsed, cancellation) : AttackImages(parsed, cancellation)));
    }

    public override IReadOnlyList<string> Examples =>
    [
        "adversarial attack --network net.json --weights net.safetensors --images t10k-images-idx3-ubyte.gz "
            + "--labels t10k-labels-idx1-ubyte.gz --attack pgd --epsilon 0.1 --set Steps=100 --output adv.safetensors",
        "adversarial attack --model model.zip --images images --labels labels --rows 1000 --attack fgsm --norm L2 --epsilon 2 "
            + "--targets next --output adv.safetensors --json summary.json",
        "adversarial attack --model model.zip --data data.csv --label Decision --categories City --attack square --epsilon 0.05 "
            + "--relative range --output adversarial.csv",
    ];

    private int AttackTable(ParseResult parsed, CancellationToken cancellation)
    {
        var attack = TableAttack.RequireBlackBox(_attack.Create(parsed));
        var output = OutputFile.Require(parsed.GetRequiredValue(_output));
        var json = parsed.GetValue(_json) is { } path ? OutputFile.Require(path) : null;
        using var scope = NewDisposeScope();
        var table = ModelTable.Open(_classifier.ModelPath(parsed), _table.Path(parsed), _table.Separator(parsed), _table.Label(parsed));
        var (streams, seed) = (parsed.InvocationConfiguration, parsed.GetValue(_seed));
        var attacked = TableAttack.Run(
            table, _table.Changeable(parsed), _images.RowCount(parsed), attack, _table.Relative(parsed), seed, streams.Error, cancellation);
        output.Write(attacked.WriteCsv);
        var summary = TableSummary.Of(attacked, seed);
        json?.Write(summary.WriteJson);
        summary.WriteTable(streams.Output);
        if (!summary.Cancelled)
        {
            return ExitCode.Success;
        }

        streams.Error.WriteLine($"Cancelled: rows that the attack did not come to are in '{output.Path}' as they were.");
        return ExitCode.Cancelled;
    }

    private int AttackImages(ParseResult parsed, CancellationToken cancellation)
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
