using System.CommandLine;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Evaluation.Files;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Evaluation.Systems;
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
    private readonly DetectionOptions _detection = new();
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
        _detection.AddTo(this, _classifier.Model, [_shard.Shard, .. _table.WhatMayChange]);
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
        "adversarial evaluate --model detecting.zip --images test --rows 500 --epsilon 0.1 --suite quick "
            + "--detection-calibration validation --report report.html",
    ];

    private int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var suiteFor = _suite.Choice(parsed);
        var json = parsed.GetValue(_json) is { } path ? OutputFile.Require(path) : null;
        var detectionJson = _detection.RequireJson(parsed);
        var report = _report.Require(parsed);
        using var scope = NewDisposeScope();
        using var network = _classifier.NamesModel(parsed) ? null : _classifier.Load(parsed);
        var data = Open(parsed, network);
        var suite = data.Constrain(suiteFor(data.Attacked.Classifier));
        var detection = _detection.Calibrate(parsed, data, path => ReadCalibration(parsed, path, data.Model!));
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
        var detected = detection is not null && metrics.Record.IsComplete ? Evaluate(data, detection, suite, options, streams.Error) : null;
        if (detected is not null)
        {
            detectionJson?.Write(stream => SystemFile.Write(stream, detected));
        }

        report?.WriteReport(new(Path.GetFileName(_classifier.Files(parsed)[0]), metrics)
        {
            System = detected,
            Pictures = cancellation.IsCancellationRequested ? [] : AttackPictures.Draw(data, suite, metrics, streams.Error),
        });
        metrics.WriteTable(streams.Output);
        detected?.WriteTable(streams.Output);
        if (metrics.Record.IsComplete && (detection is null || detected is { Record.IsComplete: true }))
        {
            return ExitCode.Success;
        }

        var finished = detection is null ? "" : $", those with detectors of {detected?.Record.Rows.Count ?? 0}";
        streams.Error.WriteLine($"Cancelled: the numbers are of the {metrics.Record.Rows.Count} rows that were finished{finished}.");
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

        var table = OpenTable(parsed, _table.Path(parsed));
        return _table.NamesColumns(parsed)
            ? EvaluatedData.Of(table, rows, _table.Changeable(parsed), _table.Relative(parsed))
            : EvaluatedData.Of(table, rows);
    }

    private ModelTable OpenTable(ParseResult parsed, string path) =>
        ModelTable.Open(_classifier.ModelPath(parsed), path, _table.Separator(parsed), _table.Label(parsed));

    private IDataView ReadCalibration(ParseResult parsed, string path, ITransformer model) => _table.IsGiven(parsed)
        ? OpenTable(parsed, path).Rows
        : UnlabelledImages.Read(path, ClassifierOfModel.Find(model, _classifier.ModelPath(parsed)).Classifier);

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

    // Null if it was cancelled before a batch was finished: what was measured before it counts all the same.
    private static SystemMetrics? Evaluate(
        EvaluatedData data, DetectionSystem system, AttackSuite suite, RobustnessOptions options, TextWriter error)
    {
        var metrics = default(SystemMetrics);
        try
        {
            RowProgress.Run(error, $"evaluating detectors with {suite.Name}", data.RowCount, report =>
            {
                SystemOptions detection = new()
                {
                    BatchSize = options.BatchSize,
                    Seed = options.Seed,
                    Progress = new EvaluatedRows(report),
                    Cancellation = options.Cancellation,
                };
                metrics = SystemEvaluation.Run(
                    system, data.Attacked.Labels.Names, data.Attacked.Batches(options.BatchSize), suite, detection);
                report(metrics.Record.Rows.Count);
            });
        }
        catch (OperationCanceledException)
        {
        }

        return metrics;
    }
}
