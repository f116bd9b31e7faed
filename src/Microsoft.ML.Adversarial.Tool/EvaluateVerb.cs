using System.CommandLine;
using Microsoft.ML.Adversarial.Evaluation.Files;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Tool.Classifiers;
using Microsoft.ML.Adversarial.Tool.Evaluating;
using Microsoft.ML.Adversarial.Tool.Images;
using Microsoft.ML.Adversarial.Tool.Tables;
using Microsoft.ML.Adversarial.Tool.Writing;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Tool;

/// <summary><c>adversarial evaluate</c>: a model and labelled rows in, how it fares under a suite of attacks out.</summary>
internal sealed class EvaluateVerb : Verb
{
    private readonly ClassifierOptions _classifier = new();
    private readonly ImageSetOptions _images = new();
    private readonly TableOptions _table = new();
    private readonly SuiteOptions _suite = new();
    private readonly ShardOption _shard = new();
    private readonly ReportOption _report = new();
    private readonly ThreadsOption _threads = new();
    private readonly RowsOption _rows = new();

    private readonly Option<int> _batchSize = new("--batch-size")
    {
        HelpName = "N",
        Description = "Rows attacked together.",
        DefaultValueFactory = _ => new RobustnessOptions().BatchSize,
        CustomParser = WholeNumber.AtLeastOne,
    };

    private readonly Option<long> _seed = new("--seed")
    {
        HelpName = "N",
        Description = "Decides every random draw, row by row.",
        DefaultValueFactory = _ => 0,
        CustomParser = WholeNumber.Any,
    };

    private readonly Option<int> _probeRows = new("--probe-rows")
    {
        HelpName = "N",
        Description = "On how many of the first rows gradients and budgets are probed for what casts doubt on the numbers; 0 for none.",
        DefaultValueFactory = _ => new RobustnessOptions().ProbeRows,
        CustomParser = WholeNumber.AtLeastZero,
    };

    private readonly Option<string?> _json = new("--json")
    {
        HelpName = "evaluation.json",
        Description = "Where everything measured goes, row by row, for 'adversarial compare' and 'adversarial merge'.",
    };

    public EvaluateVerb()
        : base("evaluate", "Attacks a model with a suite of attacks and says what is left of its accuracy, and whether that can be believed.")
    {
        _classifier.AddTo(this);
        _images.AddTo(this);
        _table.AddTo(this);
        _rows.AddTo(this);
        _suite.AddTo(this);
        Options.Add(_batchSize);
        Options.Add(_seed);
        Options.Add(_probeRows);
        _shard.AddTo(this, _json);
        _threads.AddTo(this);
        Options.Add(_json);
        _report.AddTo(this);
        Validators.Add(result => _table.Validate(result, _images.Required(result), imagesOnly: [], _classifier.Model));
        SetAction((parsed, cancellation) => _threads.Run(parsed, () => Run(parsed, cancellation)));
    }

    public override IReadOnlyList<string> Examples =>
    [
        "adversarial evaluate --model model.zip --images t10k-images-idx3-ubyte.gz --labels t10k-labels-idx1-ubyte.gz --rows 1000 "
            + "--epsilon 0.1 --json evaluation.json --report report.html",
        "adversarial evaluate --network net.json --weights net.safetensors --images test --norm L2 --epsilon 0.5 --suite full",
        "adversarial evaluate --model model.zip --data test.csv --label Decision --categories City --epsilon 0.05 --relative range "
            + "--suite black-box",
        "adversarial evaluate --model model.zip --images test --epsilon 0.03 --shard 2/4 --json part-2.json",
    ];

    private int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var suiteFor = _suite.Choice(parsed);
        var json = parsed.GetValue(_json) is { } path ? OutputFile.Require(path) : null;
        var report = _report.Require(parsed);
        using var scope = NewDisposeScope();
        using var network = _classifier.NamesModel(parsed) ? null : _classifier.Load(parsed);
        var data = Open(parsed, network);
        var suite = data.Constrain(suiteFor(data.Attacked.Classifier));
        var (streams, shard) = (parsed.InvocationConfiguration, _shard.Value(parsed));
        RobustnessOptions options = new()
        {
            BatchSize = parsed.GetValue(_batchSize),
            Seed = parsed.GetValue(_seed),
            ProbeRows = parsed.GetValue(_probeRows),
            Shard = shard,
            ModelFingerprint = FileFingerprint.Of(_classifier.Files(parsed), _classifier.Bounds(parsed)),
            DataFingerprint = FileFingerprint.Of(data.Files),
            Cancellation = cancellation,
        };
        var metrics = Evaluate(data, suite, options, streams.Error);
        json?.Write(stream => EvaluationFile.Write(stream, metrics));
        report?.WriteReport(Path.GetFileName(_classifier.Files(parsed)[0]), metrics);
        metrics.WriteTable(streams.Output);
        if (metrics.Record.IsComplete)
        {
            return ExitCode.Success;
        }

        streams.Error.WriteLine($"Cancelled: the numbers are of the {metrics.Record.Rows.Count} rows that were finished.");
        return ExitCode.Cancelled;
    }

    private EvaluatedData Open(ParseResult parsed, LoadedClassifier? network)
    {
        var rows = _rows.Count(parsed);
        if (network is not null)
        {
            return EvaluatedData.Of(network.Network, _images.Open(parsed, rows));
        }

        var model = _classifier.ModelPath(parsed);
        if (!_table.IsGiven(parsed))
        {
            LoadedClassifier.RequireFile(model, "a model");
            var context = new MLContext(seed: 0);
            var (transformer, schema) = LoadedModel.Read(context, model);
            return EvaluatedData.Of(context, transformer, schema, _images.Open(parsed, rows), model);
        }

        var table = ModelTable.Open(model, _table.Path(parsed), _table.Separator(parsed), _table.Label(parsed));
        return _table.NamesColumns(parsed)
            ? EvaluatedData.Of(table, rows, _table.Changeable(parsed), _table.Relative(parsed))
            : EvaluatedData.Of(table, rows);
    }

    private static RobustnessMetrics Evaluate(EvaluatedData data, AttackSuite suite, RobustnessOptions options, TextWriter error)
    {
        var (rows, metrics) = (options.Shard.RowsOf(data.RowCount, options.BatchSize), default(RobustnessMetrics));
        RowProgress.Run(error, $"evaluating with {suite.Name}", rows, report =>
        {
            metrics = data.Attacked.Evaluate(suite, options with { Progress = new EvaluatedRows(report) });
            report(metrics.Record.Rows.Count);
        });
        return metrics!;
    }
}
