using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Adversarial.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training.Callbacks;

/// <summary>Weights come out the same bit for bit, whatever a callback does.</summary>
[TestClass]
public sealed class UndisturbedTrainingTests
{
    public static IEnumerable<object[]> Trainings =>
        from optimizer in new[] { OptimizerKind.Sgd, OptimizerKind.Adam }
        from nosy in Nosinesses.Keys
        select new object[] { optimizer, nosy };

    private static Dictionary<string, Action<TrainingTask, TrainingRun>> Nosinesses { get; } = new()
    {
        ["nothing"] = (_, _) => { },
        ["evaluation mode"] = (_, run) => run.Classifier.Module.eval(),
        ["training mode"] = (_, run) => run.Classifier.Module.train(),
        ["a forward pass in training mode"] = (task, run) =>
        {
            run.Classifier.Module.train();
            run.Classifier.Module.call(task.Rows.Inputs * 7);
        },
        ["gradients of weights"] = (task, run) => run.Classifier.Module.call(task.Rows.Inputs).square().sum().backward(),
        ["gradients of inputs"] = (task, run) => run.Evaluate(classifier =>
        {
            Tensor inputs = task.Rows.Inputs.clone().requires_grad_();
            Tensor gradient = ((IDifferentiableClassifier)classifier).InputGradient(inputs, logits => logits.softmax(1));
            Assert.AreEqual(inputs.shape.Length, gradient.shape.Length);
        }),
        ["global draws"] = (_, _) => torch.randn(11),
        ["a global seed"] = (_, _) => torch.random.manual_seed(5),
        ["dropout masks"] = (_, run) => run.Classifier.Network!.SeedDropout(5),
        ["no grad mode"] = (_, _) => torch.no_grad(),
        ["inference mode"] = (_, _) => torch.inference_mode(),
        ["threads"] = (_, _) => torch.set_num_threads(2),
        ["an exception"] = (_, _) => throw new InvalidOperationException("Nosy."),
    };

    [TestMethod]
    [DynamicData(nameof(Trainings))]
    public void WeightsComeOutTheSame(OptimizerKind optimizer, string nosy)
    {
        using TrainingTask plain = new();
        using TrainingTask watched = new();
        TrainingOptions options = new() { Optimizer = optimizer, Epochs = 3, BatchSize = 50, WeightAveraging = 0.9 };
        byte[] expected = Weights(plain, options);

        options.Callbacks = [ScriptedCallback.Always(run => Nosinesses[nosy](watched, run)), new ScriptedCallback()];

        CollectionAssert.AreEqual(expected, Weights(watched, options));
    }

    [TestMethod]
    public void SoTheyDoWithAnAdversarialLoss()
    {
        using TrainingTask plain = new();
        using TrainingTask watched = new();
        FreeAdversarialLoss loss = new(Norm.LInfinity, 0.5);
        TrainingOptions options = new() { Epochs = 2, BatchSize = 50 };
        plain.Run(options, loss);

        options.Callbacks = [.. Nosinesses.Values.Select(nosy => ScriptedCallback.Always(run => nosy(watched, run)))];
        watched.Run(options, loss);

        CollectionAssert.AreEqual(plain.Weights(), watched.Weights());
    }

    [TestMethod]
    public void TheNextCallbackFindsTheThreadAsItWas()
    {
        using TrainingTask task = new();
        Untouched? untouched = null;
        ScriptedCallback before = ScriptedCallback.Always(run => untouched = new(run.Classifier.Module));
        ScriptedCallback after = ScriptedCallback.Always(_ => untouched!.Verify());
        string[] harmless = ["gradients of weights", "global draws", "a global seed"];
        ScriptedCallback[] nosy =
            [.. Nosinesses.Where(pair => !harmless.Contains(pair.Key)).Select(pair => ScriptedCallback.Always(run => pair.Value(task, run)))];

        List<TrainingProgress> reports = task.Run(new() { Epochs = 1, BatchSize = 72, Callbacks = [before, .. nosy, after] });

        Assert.AreEqual("Callback ScriptedCallback failed in TrainingStarted: InvalidOperationException: Nosy.", reports[0].Warning);
    }

    [TestMethod]
    public void GlobalDrawsGoOnFromCallToCallAndLeaveTheStateAsItWas()
    {
        using TrainingTask task = new();
        using Tensor state = torch.get_rng_state();
        List<float> drawn = [];
        float[] expected = [.. Enumerable.Range(0, 5).Select(_ => torch.rand(1).item<float>())];
        torch.set_rng_state(state);

        // One batch an epoch: 1 + 3 + 1 calls.
        task.Run(new() { Epochs = 1, BatchSize = 1000, Callbacks = [ScriptedCallback.Always(_ => drawn.Add(torch.rand(1).item<float>()))] });

        CollectionAssert.AreEqual(expected, drawn[..5]);
        using Tensor after = torch.get_rng_state();
        CollectionAssert.AreEqual(SmallNetwork.Bits(state), SmallNetwork.Bits(after));
    }

    private static byte[] Weights(TrainingTask task, TrainingOptions options)
    {
        // A loss of somebody's own may draw from the global state, as those of this library never do.
        ScriptedLoss noisy = new((_, step) =>
            step.CrossEntropy(step.Logits(step.Inputs + (torch.randn_like(step.Inputs) * 0.1)), step.Labels));
        using Tensor before = torch.get_rng_state();
        task.Run(options, noisy);
        byte[] weights = task.Weights();
        torch.set_rng_state(before);
        return weights;
    }
}
