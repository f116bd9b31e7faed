using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Trainers;
using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.PerformanceTests.Ratios;

/// <summary>Columns read through a data view over the same batches computed directly; memory over twice the rows.</summary>
internal static class PipelineRatios
{
    private const int RowCount = 10_000;
    private const int TreeBatches = 20;
    private const int ScoreTurns = 7;
    private const int TraceTurns = 3;

    public static IEnumerable<Ratio> Measure()
    {
        var ml = new MLContext(seed: 1);
        var images = Subject.Images(RowCount);
        var view = View(ml, images);
        foreach (var (name, definition) in new[] { ("MLP", NetworkDefinition.MultilayerPerceptron), ("CNN", NetworkDefinition.SmallConvNet) })
        {
            var options = new NeuralNetworkMulticlassTrainer.Options { Network = definition, Epochs = 1, ValidationFraction = 0, StandardiseInputs = false };
            var pipeline = ml.MulticlassClassification.Trainers.NeuralNetwork(options).Append(ml.Transforms.FisherTrace());
            var model = pipeline.Fit(ml.Data.TakeRows(view, 2000));
            var classifier = model.OfType<NeuralNetworkMulticlassTransformer>().Single().Model;
            var scored = model.Transform(view);
            yield return new(
                $"Score of 10,000 rows / the same batches directly, {name}",
                Pairing.Measure(() => Read<VBuffer<float>>(scored, "Score"), () => Direct(images, batch => classifier.Logits(batch).softmax(1)), ScoreTurns), 1.10);
            var trace = new FisherTrace(classifier);
            yield return new(
                $"FisherTrace of 10,000 rows / the same batches directly, {name}",
                Pairing.Measure(() => Read<float>(scored, "FisherTrace"), () => Direct(images, trace.Score), TraceTurns), 1.10);
        }

        yield return Memory(ml);
        yield return Chain(ml, view);
    }

    // What a black-box attack asks: batch after batch, each other rows.
    private static Ratio Chain(MLContext ml, IDataView view)
    {
        const int batchRows = 256;
        var trees = ml.MulticlassClassification.Trainers.OneVersusAll(ml.BinaryClassification.Trainers.FastTree(numberOfTrees: 20));
        var model = trees.Fit(ml.Data.TakeRows(view, 1000));
        using var scope = TorchSharp.torch.NewDisposeScope();
        var images = Subject.Images(batchRows);
        var classifier = ml.Model.CreatePipelineClassifier(model, ml.Data.TakeRows(view, batchRows));
        var inputs = images.flatten(1);
        var batch = View(ml, images);
        return new(
            "Logits of trees through PipelineClassifier / Transform of the same batch",
            Pairing.Measure(
                () => Repeat(() =>
                {
                    using var logits = classifier.Logits(inputs);
                }),
                () => Repeat(() => Read<VBuffer<float>>(model.Transform(batch), "Score")), 3 * ScoreTurns),
            1.15);

        // One batch of trees takes a millisecond or two, which a neighbour easily doubles.
        static void Repeat(Action action)
        {
            for (var time = 0; time < TreeBatches; time++)
            {
                action();
            }
        }
    }

    // The rows repeat a small set, so that the source itself takes no memory.
    private static Ratio Memory(MLContext ml)
    {
        var options = new NeuralNetworkMulticlassTrainer.Options { Epochs = 1, ValidationFraction = 0 };
        var rows = View(ml, Subject.Images(500));
        var model = ml.MulticlassClassification.Trainers.NeuralNetwork(options).Append(ml.Transforms.FisherTrace()).Fit(rows);
        Read<float>(model.Transform(Repeated(ml, 5_000)), "FisherTrace");
        var small = WorkingSet();
        Read<float>(model.Transform(Repeated(ml, 60_000)), "FisherTrace");
        return new("Working set after 60,000 scored rows / after 5,000", WorkingSet() / (double)small, 1.10);
    }

    private static long WorkingSet()
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private static IDataView View(MLContext ml, Tensor images)
    {
        var pixels = images.flatten(1).data<float>().ToArray();
        return ml.Data.LoadFromEnumerable(Enumerable.Range(0, (int)images.shape[0]).Select(row => new Row
        {
            Features = pixels[(row * 784)..((row + 1) * 784)],
            Label = (uint)(row % 10),
        }).ToArray(), Schema());
    }

    private static IDataView Repeated(MLContext ml, int count)
    {
        var row = new Row { Features = new float[784], Label = 0 };
        return ml.Data.LoadFromEnumerable(Enumerable.Repeat(row, count), Schema());
    }

    private static SchemaDefinition Schema()
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 1, 28, 28);
        return schema;
    }

    private static void Read<T>(IDataView view, string name)
    {
        var column = view.Schema[name];
        using var cursor = view.GetRowCursor([column]);
        var getter = cursor.GetGetter<T>(column);
        T value = default!;
        while (cursor.MoveNext())
        {
            getter(ref value);
        }
    }

    private static void Direct(Tensor images, Func<Tensor, Tensor> compute)
    {
        const int batchRows = 128;
        for (var start = 0L; start < images.shape[0]; start += batchRows)
        {
            using var inference = no_grad();
            using var scope = TorchSharp.torch.NewDisposeScope();
            compute(images.narrow(0, start, Math.Min(batchRows, images.shape[0] - start)));
        }
    }

    private sealed class Row
    {
        [VectorType(784)]
        public required float[] Features { get; init; }

        [KeyType(10)]
        public required uint Label { get; init; }
    }
}
