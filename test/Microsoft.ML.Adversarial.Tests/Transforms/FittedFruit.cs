using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Adversarial.Trainers;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>Fruit and networks trained on it: what the tests of transforms start from.</summary>
internal sealed class FittedFruit
{
    public FittedFruit()
    {
        var train = Fruit.Load(Ml, 240, seed: 1, noise: 0.3);
        Labels = Fruit.Labels(Ml).Fit(train);
        Train = Labels.Transform(train);
        Test = Load(FruitRow.Create(100, seed: 2, noise: 0.3));
        Network = Fruit.Trainer(Ml).Fit(Train);
        var coded = Fruit.Options();
        coded.LabelColumnName = "CodeLabel";
        Coded = Ml.MulticlassClassification.Trainers.NeuralNetwork(coded).Fit(Train);
        Binary = Fruit.BinaryTrainer(Ml).Fit(Train);
        Scored = Ml.Transforms.FisherTrace(Network).Fit(Test).Transform(Network.Transform(Test));
    }

    public MLContext Ml { get; } = new(seed: 1);

    public ITransformer Labels { get; }

    public IDataView Train { get; }

    /// <summary>Rows that trained nothing.</summary>
    public IDataView Test { get; }

    public NeuralNetworkMulticlassTransformer Network { get; }

    /// <summary>A network whose labels are numbers.</summary>
    public NeuralNetworkMulticlassTransformer Coded { get; }

    public NeuralNetworkBinaryTransformer Binary { get; }

    /// <summary>The test rows with the network's columns and FisherTrace.</summary>
    public IDataView Scored { get; }

    /// <summary>Rows with the columns Label and TargetLabel as the network knows them.</summary>
    public IDataView Load(FruitRow[] rows) => Labels.Transform(Ml.Data.LoadFromEnumerable(rows));
}
