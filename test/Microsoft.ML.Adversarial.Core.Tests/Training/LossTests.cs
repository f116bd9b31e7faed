using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Layers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Adversarial.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training;

/// <summary>Every loss against its definition in plain loops, on a network in float64.</summary>
[TestClass]
public sealed class LossTests
{
    private const double Tolerance = 1e-10;
    private const int Rows = 7;
    private const int Classes = 4;

    private readonly DisposeScope scope = torch.NewDisposeScope();
    private readonly NetworkClassifier classifier;
    private readonly Tensor inputs = TestNetworks.Uniform([Rows, 6], type: ScalarType.Float64);
    private readonly Tensor perturbed = TestNetworks.Uniform([Rows, 6], seed: 3, type: ScalarType.Float64);
    private readonly Tensor labels = TestNetworks.Classes(Rows, Classes);

    public LossTests()
    {
        NetworkDefinition definition = new() { InputShape = [6], ClassCount = Classes, Layers = [new LinearLayer(9), new TanhLayer(), new LinearLayer()] };
        using Network single = SmallNetwork.Created(definition);
        classifier = new(single.ToType(ScalarType.Float64), InputBounds.Unit);
    }

    [TestCleanup]
    public void Free()
    {
        classifier.Dispose();
        scope.Dispose();
    }

    [TestMethod]
    public void CrossEntropy() => AssertLoss(new CrossEntropyLoss(), (clean, _, label) => -LogSoftmax(clean)[label]);

    [TestMethod]
    public void AdversarialCrossEntropy() =>
        AssertLoss(new AdversarialCrossEntropyLoss(Norm.LInfinity, 0.1), (_, adversarial, label) => -LogSoftmax(adversarial)[label]);

    [TestMethod]
    public void AdversarialLogitPairing() => AssertLoss(
        new AdversarialLogitPairingLoss(Norm.LInfinity, 0.1) { Weight = 0.7 },
        (clean, adversarial, label) => -LogSoftmax(adversarial)[label] + (0.7 * clean.Zip(adversarial, (z, w) => (z - w) * (z - w)).Sum()));

    [TestMethod]
    public void Trades() => AssertLoss(
        new TradesLoss(Norm.LInfinity, 0.1) { Weight = 3 }, (clean, adversarial, label) => -LogSoftmax(clean)[label] + (3 * Divergence(clean, adversarial)));

    [TestMethod]
    public void MisclassificationAware() => AssertLoss(
        new MisclassificationAwareLoss(Norm.LInfinity, 0.1) { Weight = 4 },
        (clean, adversarial, label) =>
        {
            double[] attacked = [.. LogSoftmax(adversarial).Select(Math.Exp)];
            double rival = attacked.Where((_, index) => index != label).Max();
            double doubt = 1 - Math.Exp(LogSoftmax(clean)[label]);
            return -Math.Log(attacked[label]) - Math.Log(1 - rival) + (4 * doubt * Divergence(clean, adversarial));
        });

    [TestMethod]
    public void IntervalBounds()
    {
        // The step is nine tenths through the warm-up: ε = 0.9 · 0.2 and κ = 1 − 0.9 · (1 − 0.4).
        int row = 0;
        AssertLoss(new IntervalBoundLoss(0.2) { WarmUp = 1, NaturalShare = 0.4 }, (clean, _, label) =>
            -(0.46 * LogSoftmax(clean)[label]) - (0.54 * LogSoftmax(WorstDifferences(row++, 0.18, label))[label]));
    }

    [TestMethod]
    public void DistillationOnLabels() =>
        AssertLoss(new DistillationLoss { Temperature = 5 }, (clean, _, label) => -LogSoftmax(clean, 5)[label]);

    [TestMethod]
    public void DistillationOnATeacher()
    {
        // The batch's rows stand at 10, 12, … of the training rows.
        Tensor soft = TestNetworks.Uniform([40, Classes], seed: 8, type: ScalarType.Float64);
        double[][] teacher = [.. Enumerable.Range(0, Rows).Select(row => soft[10 + (2 * row)].data<double>().ToArray())];
        int at = 0;
        AssertLoss(new DistillationLoss { Temperature = 5, SoftLabels = soft }, (clean, _, _) =>
        {
            double[] probabilities = teacher[at++];
            return -LogSoftmax(clean, 5).Zip(probabilities, (log, p) => log * p).Sum();
        });
    }

    [TestMethod]
    public void TheMarginLowersTheLabelsCosine()
    {
        HypersphereEmbedding embedding = new() { Scale = 15, Margin = 0.25 };
        AssertLoss(
            new CrossEntropyLoss(),
            (clean, _, label) => -LogSoftmax([.. clean.Select((z, index) => index == label ? z - (15 * 0.25) : z)])[label],
            embedding);
    }

    [TestMethod]
    public void TradesAscendsTheDivergence()
    {
        TradesLoss loss = new(new ProjectedGradientDescent(Norm.LInfinity, 0.2) { Steps = 10 }) { WarmUp = 0 };
        TrainingStep step = Step();
        Tensor found = loss.Perturb(step);
        Tensor random = (inputs + TestNetworks.Uniform([Rows, 6], seed: 9, type: ScalarType.Float64).sub(0.5).mul(0.4)).clamp(0, 1);
        Assert.IsGreaterThan(2 * MeanDivergence(random), MeanDivergence(found));
        Assert.IsLessThanOrEqualTo(0.2 + 1e-12, (found - inputs).abs().max().item<double>());
    }

    [TestMethod]
    public void TradesTakesNoAttackThatRowsLeave()
    {
        Assert.ThrowsExactly<ArgumentException>(() => new TradesLoss(new ProjectedGradientDescent(Norm.LInfinity, 0.1) { LeaveEarly = true }));
        Assert.ThrowsExactly<ArgumentException>(() => new TradesLoss(new ProjectedGradientDescent(Norm.LInfinity, 0.1) { Restarts = 2 }));
    }

    [TestMethod]
    public void SettingsOutOfRangeAreErrors()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new DistillationLoss { Temperature = 0 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new DistillationLoss { Temperature = double.NaN });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new TradesLoss(Norm.L2, 1) { Weight = -1 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new AdversarialLogitPairingLoss(Norm.L2, 1) { Weight = -1 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new MisclassificationAwareLoss(Norm.L2, 1) { Weight = double.NaN });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new AdversarialCrossEntropyLoss(Norm.L2, 1) { Share = 0 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new AdversarialCrossEntropyLoss(Norm.L2, 1) { WarmUp = 1.1 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new FreeAdversarialLoss(Norm.L2, 1) { BatchReplays = 0 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new AdversarialCrossEntropyLoss(Norm.L2, double.PositiveInfinity));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new IntervalBoundLoss(0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new IntervalBoundLoss(double.PositiveInfinity));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new IntervalBoundLoss(1) { WarmUp = -0.1 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new IntervalBoundLoss(1) { NaturalShare = 1.1 });
    }

    private TrainingStep Step(HypersphereEmbedding? embedding = null)
    {
        Tensor rows = torch.arange(10, 10 + (2 * Rows), 2, ScalarType.Int64);
        return new(classifier, new(inputs, labels), rows, done: 0.9, embedding, seed: 5, CancellationToken.None) { Perturbed = perturbed };
    }

    // The mean over rows of a function of clean logits, adversarial logits and the label.
    private void AssertLoss(TrainingLoss loss, Func<double[], double[], long, double> definition, HypersphereEmbedding? embedding = null)
    {
        double value = loss.Evaluate(Step(embedding)).item<double>();
        using IDisposable frozen = torch.no_grad();
        Tensor clean = classifier.Logits(inputs);
        Tensor adversarial = classifier.Logits(perturbed);
        double expected = Enumerable.Range(0, Rows).Average(row => definition(
            clean[row].data<double>().ToArray(), adversarial[row].data<double>().ToArray(), labels[row].item<long>()));
        Assert.AreEqual(expected, value, Tolerance);
    }

    // By how much interval bounds let each logit exceed the label's, for all inputs within ε of a row and in [0, 1].
    private double[] WorstDifferences(int row, double epsilon, long label)
    {
        double[] input = inputs[row].data<double>().ToArray();
        double[] low = [.. input.Select(value => Math.Max(0, value - epsilon))];
        double[] high = [.. input.Select(value => Math.Min(1, value + epsilon))];
        (double[][] weights, double[] biases) = Layer(0);
        double[] hiddenLow = [.. weights.Zip(biases, (unit, bias) => Math.Tanh(bias + Extreme(unit, low, high, Math.Min)))];
        double[] hiddenHigh = [.. weights.Zip(biases, (unit, bias) => Math.Tanh(bias + Extreme(unit, low, high, Math.Max)))];
        (weights, biases) = Layer(2);
        return
        [
            .. weights.Zip(biases, (unit, bias) => bias - biases[label]
                + Extreme([.. unit.Zip(weights[label], (weight, own) => weight - own)], hiddenLow, hiddenHigh, Math.Max)),
        ];
    }

    private (double[][] Weights, double[] Biases) Layer(int index)
    {
        using IDisposable frozen = torch.no_grad();
        Tensor weight = classifier.Module.get_parameter($"{index}.weight")!;
        double[] biases = classifier.Module.get_parameter($"{index}.bias")!.data<double>().ToArray();
        return ([.. Enumerable.Range(0, biases.Length).Select(unit => weight[unit].data<double>().ToArray())], biases);
    }

    private static double Extreme(double[] weights, double[] low, double[] high, Func<double, double, double> extreme) =>
        weights.Select((weight, at) => extreme(weight * low[at], weight * high[at])).Sum();

    private double MeanDivergence(Tensor others)
    {
        using IDisposable frozen = torch.no_grad();
        Tensor clean = classifier.Logits(inputs);
        Tensor adversarial = classifier.Logits(others);
        return Enumerable.Range(0, Rows).Average(row => Divergence(clean[row].data<double>().ToArray(), adversarial[row].data<double>().ToArray()));
    }

    private static double[] LogSoftmax(double[] logits, double temperature = 1)
    {
        double log = Math.Log(logits.Sum(logit => Math.Exp(logit / temperature)));
        return [.. logits.Select(logit => (logit / temperature) - log)];
    }

    private static double Divergence(double[] clean, double[] adversarial) =>
        LogSoftmax(clean).Zip(LogSoftmax(adversarial), (p, q) => Math.Exp(p) * (p - q)).Sum();
}
