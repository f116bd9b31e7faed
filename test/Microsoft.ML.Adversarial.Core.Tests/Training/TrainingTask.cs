using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Layers;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Adversarial.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training;

/// <summary>Three clouds in the plane that a small network can tell apart.</summary>
internal sealed class TrainingTask : IDisposable
{
    public static readonly NetworkDefinition Definition = new()
    {
        InputShape = [2],
        ClassCount = 3,
        Layers = [new LinearLayer(16), new BatchNorm1dLayer(), new ReLULayer(), new DropoutLayer(0.2), new LinearLayer()],
    };

    public TrainingTask(int rows = 240, NetworkDefinition? definition = null)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor labels = torch.arange(rows, ScalarType.Int64).remainder(3);
        Tensor centres = torch.tensor(new float[,] { { 0, 2 }, { 2, -1 }, { -2, -1 } });
        Tensor inputs = centres.index_select(0, labels) + (TestNetworks.Normal([rows, 2], type: ScalarType.Float32) * 0.4f);
        Rows = new(inputs.DetachFromDisposeScope(), labels.DetachFromDisposeScope());
        Classifier = new(SmallNetwork.Created(definition ?? Definition), new InputBounds(-10, 10));
    }

    public NetworkClassifier Classifier { get; }

    public Network Network => Classifier.Network!;

    public TrainingRows Rows { get; }

    /// <summary>Trains and returns the reports.</summary>
    public List<TrainingProgress> Run(TrainingOptions options, TrainingLoss? loss = null, ulong seed = 1)
    {
        Reports reports = new();
        using Generator generator = new(seed);
        TrainingLoop.Run(Classifier, Rows, loss ?? new CrossEntropyLoss(), options.With(reports), generator);
        return reports.Seen;
    }

    public double Accuracy()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable frozen = torch.no_grad();
        return Network.Module.call(Rows.Inputs).argmax(1).eq(Rows.Labels).to(ScalarType.Float64).mean().item<double>();
    }

    public byte[] Weights()
    {
        using MemoryStream stream = SmallNetwork.Weights(Network);
        return stream.ToArray();
    }

    public void Dispose()
    {
        Classifier.Dispose();
        Rows.Inputs.Dispose();
        Rows.Labels.Dispose();
    }

    /// <summary>Unlike <see cref="Progress{T}"/>, on the same thread and at once.</summary>
    private sealed class Reports : IProgress<TrainingProgress>
    {
        public List<TrainingProgress> Seen { get; } = [];

        public void Report(TrainingProgress value) => Seen.Add(value);
    }
}
