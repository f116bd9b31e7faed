using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Pipeline;

/// <summary>One loaded model serves any number of threads, each with its own cursor or prediction engine.</summary>
[TestClass]
public sealed class ConcurrencyTests
{
    private const int ThreadCount = 8;

    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void Eight_threads_get_what_one_gets()
    {
        var model = LoadedModel();
        var rows = FruitRow.Create(60, seed: 1);
        var data = _ml.Data.LoadFromEnumerable(rows);
        string[][] wanted = [["Score"], ["FisherTrace"], ["AdversarialFeatures", "AttackSucceeded"], FruitChain.Outputs];
        var expected = wanted.Select(columns => Cells.Read(model.Transform(data), columns)).ToArray();
        using var single = Engine(model);
        var expectedPredictions = rows.Select(row => single.Predict(row).Flat()).ToArray();

        OnThreads(thread =>
        {
            // Even threads read views, odd ones ask an engine row by row; each starts with something else.
            for (var round = 0; round < 4; round++)
            {
                var which = (thread + round) % wanted.Length;
                if (thread % 2 == 0)
                {
                    Cells.AreEqual(expected[which], Cells.Read(model.Transform(data), wanted[which]), tolerance: 0, $"thread {thread}");
                    continue;
                }

                using var engine = Engine(model);
                for (var row = 0; row < rows.Length; row++)
                    Cells.AreEqual(expectedPredictions[row], engine.Predict(rows[row]).Flat(), 0, $"thread {thread}, row {row}");
            }
        });
    }

    [TestMethod]
    public void Threads_share_one_view()
    {
        var view = LoadedModel().Transform(Fruit.Load(_ml, 60, seed: 1));
        var expected = Cells.Read(view, FruitChain.Outputs);
        OnThreads(thread => Cells.AreEqual(expected, Cells.Read(view, FruitChain.Outputs), tolerance: 0, $"thread {thread}"));
    }

    [TestMethod]
    public void Training_beside_scoring_changes_nothing()
    {
        var view = LoadedModel().Transform(Fruit.Load(_ml, 60, seed: 1));
        var expected = Cells.Read(view, FruitChain.Outputs);
        var training = new Lazy<Dictionary<DataViewRowId, float[]>>(() => TrainAndScore(seed: 3));
        var alone = TrainAndScore(seed: 3);

        OnThreads(thread =>
        {
            if (thread == 0)
                Cells.AreEqual(alone, training.Value, tolerance: 0);
            else
                Cells.AreEqual(expected, Cells.Read(view, FruitChain.Outputs), tolerance: 0, $"thread {thread}");
        });
    }

    [TestMethod]
    public void Disposing_an_engine_leaves_the_model_working()
    {
        var model = LoadedModel();
        var rows = FruitRow.Create(20, seed: 1);
        var view = model.Transform(_ml.Data.LoadFromEnumerable(rows));
        var expected = Cells.Read(view, FruitChain.Outputs);
        using var other = Engine(model);

        Engine(model).Dispose();

        Cells.AreEqual(expected, Cells.Read(view, FruitChain.Outputs), tolerance: 0);
        Assert.HasCount(3, other.Predict(rows[0]).Score);
    }

    [TestMethod]
    public void Disposing_a_chain_leaves_other_users_of_its_network_working()
    {
        var data = Fruit.LoadLabelled(_ml, 40, seed: 1);
        var network = Fruit.Trainer(_ml, epochs: 1).Fit(data);
        var chain = network.Append(_ml.Transforms.FisherTrace(network).Fit(data));
        var other = _ml.Transforms.FisherTrace(network).Fit(data).Transform(data);
        var expected = Cells.Read(other, "FisherTrace");

        chain.Dispose();

        Cells.AreEqual(expected, Cells.Read(other, "FisherTrace"), tolerance: 0);
        Assert.HasCount(40, Cells.Read(network.Transform(data), "Score"));
    }

    /// <summary>Nobody needs to dispose a network: it goes with its last user.</summary>
    [TestMethod]
    public void A_forgotten_model_is_freed()
    {
        // A method of its own, so that no local keeps the model alive.
        static WeakReference Forget(MLContext ml)
        {
            var data = Fruit.LoadLabelled(ml, 30, seed: 1);
            var model = Fruit.Trainer(ml, epochs: 1).Append(ml.Transforms.FisherTrace()).Fit(data);
            Cells.Read(model.Transform(data), "FisherTrace");
            return new WeakReference(NetworksOf.Model(model)[0].Network);
        }

        var network = Forget(_ml);
        for (var i = 0; i < 3 && network.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.IsFalse(network.IsAlive);
    }

    private static Dictionary<DataViewRowId, float[]> TrainAndScore(int seed)
    {
        var ml = new MLContext(seed);
        var data = Fruit.LoadLabelled(ml, 60, seed: 1);
        return Cells.Read(Fruit.Trainer(ml, epochs: 4).Fit(data).Transform(data), "Score");
    }

    private static void OnThreads(Action<int> action)
    {
        using var start = new Barrier(ThreadCount);
        var failures = new Exception?[ThreadCount];
        Thread[] threads =
        [
            .. Enumerable.Range(0, ThreadCount).Select(index => new Thread(() =>
            {
                try
                {
                    start.SignalAndWait();
                    action(index);
                }
                catch (Exception failure)
                {
                    failures[index] = failure;
                }
            })),
        ];
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        Assert.AreEqual("", string.Join(Environment.NewLine, failures.OfType<Exception>()));
    }

    private PredictionEngine<FruitRow, FruitPrediction> Engine(ITransformer model) =>
        _ml.Model.CreatePredictionEngine<FruitRow, FruitPrediction>(model);

    private ITransformer LoadedModel()
    {
        using var file = new MemoryStream();
        _ml.Model.Save(FruitChain.Fit(_ml), Fruit.Load(_ml, 1, seed: 1).Schema, file);
        file.Position = 0;
        return _ml.Model.Load(file, out _);
    }
}
