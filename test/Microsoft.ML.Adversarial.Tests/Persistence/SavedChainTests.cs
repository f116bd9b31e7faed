using System.IO.Compression;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Adversarial.Transforms;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Persistence;

/// <summary>Whole chains come back from a file as they were, with one network however many use it.</summary>
[TestClass]
public sealed class SavedChainTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void DeleteFolder() => _folder.Dispose();

    [TestMethod]
    public void A_chain_with_built_in_steps_comes_back()
    {
        var rows = Fruit.Load(_ml, 60, seed: 1);
        var model = FruitChain.Fit(_ml);

        var loaded = SaveAndLoad(model, rows.Schema);

        CollectionAssert.AreEqual(RowText.Of(model.Transform(rows)).ToArray(), RowText.Of(loaded.Transform(rows)).ToArray());
        Assert.AreEqual(
            _ml.MulticlassClassification.Evaluate(model.Transform(rows)).LogLoss,
            _ml.MulticlassClassification.Evaluate(loaded.Transform(rows)).LogLoss);
    }

    [TestMethod]
    public void A_fresh_process_loads_a_chain_with_nothing_registered()
    {
        var rows = Fruit.Load(_ml, 60, seed: 1);
        var model = FruitChain.Fit(_ml);
        _ml.Model.Save(model, rows.Schema, _folder.File("chain.zip"));
        using (var file = File.Create(_folder.File("chain.idv")))
            _ml.Data.SaveAsBinary(rows, file);

        FreshProcess.Run(_folder.FullName);

        CollectionAssert.AreEqual(
            RowText.Of(model.Transform(_ml.Data.LoadFromBinary(_folder.File("chain.idv")))).ToArray(),
            File.ReadAllLines(_folder.File("chain.txt")));
    }

    [TestMethod]
    public void A_loaded_model_saves_again()
    {
        var rows = Fruit.Load(_ml, 60, seed: 1);
        var once = SaveAndLoad(FruitChain.Fit(_ml), rows.Schema);
        var twice = SaveAndLoad(once, rows.Schema);
        CollectionAssert.AreEqual(RowText.Of(once.Transform(rows)).ToArray(), RowText.Of(twice.Transform(rows)).ToArray());
    }

    [TestMethod]
    public void A_model_is_saved_with_its_loader()
    {
        var path = _folder.Write("rows.txt", System.Text.Encoding.UTF8.GetBytes(string.Concat(
            FruitRow.Create(60, seed: 1).Select(
                row => $"{row.Kind}\t{string.Join('\t', row.Features.Select(value => value.ToString("R")))}\n"))));
        var loader = _ml.Data.CreateTextLoader([new("Kind", DataKind.String, 0), new("Features", DataKind.Single, 1, 8)]);
        var rows = loader.Load(path);
        var model = _ml.Transforms.Conversion.MapValueToKey("Label", "Kind").Append(Fruit.Trainer(_ml, epochs: 1)).Fit(rows);
        _ml.Model.Save(model, loader, _folder.File("model.zip"));

        var loaded = _ml.Model.LoadWithDataLoader(_folder.File("model.zip"), out var loadedLoader);

        Cells.AreEqual(
            Cells.Read(model.Transform(rows), "Score"), Cells.Read(loaded.Transform(loadedLoader.Load(path)), "Score"), tolerance: 0);
    }

    [TestMethod]
    public void A_shared_network_lies_in_the_file_once()
    {
        var rows = Fruit.Load(_ml, 60, seed: 1);
        var wide = Fruit.Options(epochs: 1);
        wide.Network = Networks.NetworkDefinition.MultilayerPerceptron;
        var network = Fruit.Labels(_ml).Append(_ml.MulticlassClassification.Trainers.NeuralNetwork(wide)).Fit(rows);
        var data = network.Transform(rows);
        ITransformer chain = network;
        for (var i = 0; i < 5; i++)
            chain = chain.Append(_ml.Transforms.FisherTrace($"Trace{i}").Fit(data));
        _ml.Model.Save(network, rows.Schema, _folder.File("one.zip"));
        _ml.Model.Save(chain, rows.Schema, _folder.File("six.zip"));

        using var zip = ZipFile.OpenRead(_folder.File("six.zip"));
        CollectionAssert.AreEquivalent(
            new[] { "bounds.json", "network.json", "network.safetensors" },
            zip.Entries.Where(entry => entry.FullName.Contains("AdversarialNetworks")).Select(entry => entry.Name).ToArray());
        var (one, six) = (new FileInfo(_folder.File("one.zip")).Length, new FileInfo(_folder.File("six.zip")).Length);
        Assert.IsGreaterThan(100_000, one);
        Assert.IsLessThan(one + 10_000, six);
    }

    [TestMethod]
    public void A_shared_network_is_held_once()
    {
        var rows = Fruit.Load(_ml, 60, seed: 1);
        var model = FruitChain.Fit(_ml);
        var loaded = SaveAndLoad(model, rows.Schema);

        foreach (var one in new[] { model, loaded })
        {
            var networks = NetworksOf.Model(one);
            Assert.HasCount(5, networks);
            Assert.HasCount(1, networks.Distinct());
        }

        Assert.AreNotSame(NetworksOf.Model(model)[0], NetworksOf.Model(loaded)[0]);
    }

    [TestMethod]
    public void Two_networks_stay_two()
    {
        var second = Fruit.Options(epochs: 1);
        second.ScoreColumnName = "Second";
        var rows = Fruit.LoadLabelled(_ml, 60, seed: 1);
        var model = Fruit.Trainer(_ml, epochs: 1).Append(_ml.MulticlassClassification.Trainers.NeuralNetwork(second))
            .Append(_ml.Transforms.FisherTrace("A", "Score")).Append(_ml.Transforms.FisherTrace("B", "Second")).Fit(rows);

        var loaded = SaveAndLoad(model, rows.Schema);

        var networks = NetworksOf.Model(loaded);
        Assert.HasCount(2, networks.Distinct());
        Assert.AreSame(networks[0], networks[2]);
        Assert.AreSame(networks[1], networks[3]);
        Cells.AreEqual(Cells.Read(model.Transform(rows), "A", "B"), Cells.Read(loaded.Transform(rows), "A", "B"), tolerance: 0);
    }

    [TestMethod]
    public void Loading_twice_gives_two_models()
    {
        var rows = Fruit.Load(_ml, 10, seed: 1);
        _ml.Model.Save(FruitChain.Fit(_ml, epochs: 1), rows.Schema, _folder.File("model.zip"));

        var one = _ml.Model.Load(_folder.File("model.zip"), out _);
        var two = _ml.Model.Load(_folder.File("model.zip"), out _);

        NetworksOf.Model(one)[0].Dispose();
        Assert.HasCount(10, Cells.Read(two.Transform(rows), FruitChain.Outputs));
    }

    [TestMethod]
    public void Bounds_per_feature_and_all_kinds_of_layers_come_back()
    {
        var images = Mnist.Load(_ml, 30);
        var options = new Trainers.NeuralNetworkMulticlassTrainer.Options
        {
            Network = new()
            {
                Layers =
                [
                    new Networks.Layers.Conv2dLayer(3, 5, stride: 3), new Networks.Layers.BatchNorm2dLayer(),
                    new Networks.Layers.ReLULayer(),
                    new Networks.Layers.FlattenLayer(), new Networks.Layers.DropoutLayer(0.2), new Networks.Layers.LinearLayer(),
                ],
                Normalisation = new([0.13], [0.31]),
            },
            Epochs = 1,
            ValidationFraction = 0,
            Bounds = new([.. Enumerable.Repeat(-0.5f, 784)], [.. Enumerable.Range(0, 784).Select(i => 1 + (i / 784f))]),
            ScoringBatchSize = 7,
        };
        var model = _ml.MulticlassClassification.Trainers.NeuralNetwork(options).Fit(images);

        var loaded = (Trainers.NeuralNetworkMulticlassTransformer)SaveAndLoad(model, images.Schema);

        Cells.AreEqual(Cells.Read(model.Transform(images), "Logits"), Cells.Read(loaded.Transform(images), "Logits"), tolerance: 0);
        CollectionAssert.AreEqual(model.Model.Bounds.Lower.ToArray(), loaded.Model.Bounds.Lower.ToArray());
        CollectionAssert.AreEqual(model.Model.Bounds.Upper.ToArray(), loaded.Model.Bounds.Upper.ToArray());
        Assert.AreEqual(7, loaded.BatchSize);
        Assert.AreEqual(model.FeatureColumnType, loaded.FeatureColumnType);
    }

    [TestMethod]
    public void An_attack_comes_back_with_its_settings()
    {
        var rows = Fruit.LoadLabelled(_ml, 30, seed: 1);
        var model = Fruit.Trainer(_ml, epochs: 1).Fit(rows);
        var attack = new ProjectedGradientDescent(Norm.L2, 0.3)
        {
            Objective = AttackObjective.LogitMargin, Restarts = 3, Steps = 7, StepSize = 0.01,
        };
        var columns = new AttackColumns { Target = "TargetLabel", Size = "HowFar" };

        var loaded = (AdversarialAttackTransformer)SaveAndLoad(
            _ml.Transforms.AdversarialAttack(model, attack, columns).Fit(rows), rows.Schema);

        Assert.AreEqual(attack, loaded.Attack);
        Assert.AreEqual(columns, loaded.Columns);
    }

    private ITransformer SaveAndLoad(ITransformer model, DataViewSchema schema)
    {
        using var file = new MemoryStream();
        _ml.Model.Save(model, schema, file);
        file.Position = 0;
        return new MLContext().Model.Load(file, out _);
    }
}
