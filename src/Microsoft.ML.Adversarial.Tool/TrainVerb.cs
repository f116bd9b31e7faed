using System.CommandLine;
using Microsoft.ML.Adversarial.Tool.Images;
using Microsoft.ML.Adversarial.Tool.Tables;
using Microsoft.ML.Adversarial.Tool.Training;
using Microsoft.ML.Adversarial.Tool.Writing;
using Microsoft.ML.Adversarial.Trainers;

namespace Microsoft.ML.Adversarial.Tool;

/// <summary><c>adversarial train</c>: labelled rows in, an ML.NET model with a network out.</summary>
internal sealed class TrainVerb : Verb
{
    private readonly ImageSetOptions _images = new();
    private readonly TableFileOptions _table = new();
    private readonly RowsOption _rows = new();
    private readonly DefenceOptions _defence = new();
    private readonly ThreadsOption _threads = new();

    private readonly Option<string> _network = new("--network")
    {
        HelpName = "name|net.json",
        Description = $"The architecture: {string.Join(", ", NetworkPresets.Names)}, or a file. What it leaves open is taken from the data.",
        DefaultValueFactory = _ => "MultilayerPerceptron",
    };

    private readonly Option<int> _epochs = new("--epochs")
    {
        HelpName = "N",
        Description = "Passes over the training rows.",
        DefaultValueFactory = _ => new NeuralNetworkMulticlassTrainer.Options().Epochs,
        CustomParser = WholeNumber.AtLeastOne,
    };

    private readonly Option<double> _learningRate = new("--learning-rate")
    {
        HelpName = "rate",
        Description = "The largest learning rate.",
        DefaultValueFactory = _ => new NeuralNetworkMulticlassTrainer.Options().LearningRate,
        CustomParser = PositiveNumber.Parse,
    };

    private readonly Option<int> _batchSize = new("--batch-size")
    {
        HelpName = "N",
        Description = "Rows per gradient step.",
        DefaultValueFactory = _ => new NeuralNetworkMulticlassTrainer.Options().BatchSize,
        CustomParser = WholeNumber.AtLeastOne,
    };

    private readonly Option<int> _seed = new("--seed")
    {
        HelpName = "N",
        Description = "Decides weights at the start and the order of rows.",
        DefaultValueFactory = _ => 0,
        CustomParser = WholeNumber.AtLeastZero,
    };

    private readonly Option<string> _output = new("--output")
    {
        HelpName = "model.zip",
        Description = "Where the model goes.",
        Required = true,
    };

    public TrainVerb()
        : base("train", "Trains a network on images or a table, with a defence if asked, and writes an ML.NET model.")
    {
        _images.AddTo(this);
        _table.AddTo(this);
        _rows.AddTo(this);
        Options.Add(_network);
        _defence.AddTo(this);
        Options.Add(_epochs);
        Options.Add(_learningRate);
        Options.Add(_batchSize);
        Options.Add(_seed);
        _threads.AddTo(this);
        Options.Add(_output);
        Validators.Add(result => _table.Validate(result, _images.Required(result), imagesOnly: [], tablesOnly: []));
        SetAction((parsed, cancellation) => _threads.Run(parsed, () => Run(parsed, cancellation)));
    }

    public override IReadOnlyList<string> Examples =>
    [
        "adversarial train --images train-images-idx3-ubyte.gz --labels train-labels-idx1-ubyte.gz --network SmallConvNet --output model.zip",
        "adversarial train --images train --defence pgd-at --epsilon 0.1 --epochs 20 --output robust.zip",
        "adversarial train --data train.csv --label Decision --defence trades --epsilon 0.05 --set WeightAveraging=0.999 --output model.zip",
    ];

    private int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var (defence, options) = _defence.Create(parsed);
        var output = OutputFile.Require(parsed.GetRequiredValue(_output));
        var streams = parsed.InvocationConfiguration;
        var epochs = new EpochLines(streams.Error);
        options.Network = NetworkPresets.Named(parsed.GetRequiredValue(_network));
        options.Epochs = parsed.GetValue(_epochs);
        options.LearningRate = parsed.GetValue(_learningRate);
        options.BatchSize = parsed.GetValue(_batchSize);
        options.Progress = epochs;
        options.Cancellation = cancellation;

        var context = new MLContext(parsed.GetValue(_seed));
        var (model, schema) = _table.IsGiven(parsed) ? FitTable() : FitImages();
        if (epochs.Last is not { } last)
        {
            throw new OperationCanceledException(cancellation);
        }

        output.Write(stream => context.Model.Save(model, schema, stream));
        streams.Output.WriteLine($"{last.Epoch} of {last.Epochs} epochs, {defence.Name}: {EpochLines.Text(last)}");
        return cancellation.IsCancellationRequested ? ExitCode.Cancelled : ExitCode.Success;

        (ITransformer Model, DataViewSchema Schema) FitTable()
        {
            var table = TrainingTable.Open(context, _table.Path(parsed), _table.Separator(parsed), _table.Label(parsed), _rows.Count(parsed));
            options.LabelColumnName = _table.Label(parsed);
            return (table.Features.Append(defence.Trainer(context, options)).Fit(table.Rows), table.Rows.Schema);
        }

        (ITransformer Model, DataViewSchema Schema) FitImages()
        {
            var images = _images.Open(parsed, _rows.Count(parsed)).ToView(context, new(Shape: null, ClassCount: null, ReadsTextLabels: false));
            return (defence.Trainer(context, options).Fit(images), images.Schema);
        }
    }
}
