using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Fisher;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Onnx;

/// <summary>The golden MLP as PyTorch's exporters wrote it, against the values made with PyTorch.</summary>
[TestClass]
public sealed class OnnxGoldenTests
{
    private const int Rows = 256;

    public static IEnumerable<object[]> Files => [["mlp.onnx"], ["mlp.torchscript.pt"]];

    public static IEnumerable<object[]> Attacks =>
    [
        ["mlp.onnx", "fgsm_linf_0.1", new FastGradientMethod(Norm.LInfinity, 0.1)],
        ["mlp.torchscript.pt", "fgsm_linf_0.1", new FastGradientMethod(Norm.LInfinity, 0.1)],
        ["mlp.onnx", "pgd_linf_0.3_step0.01_40", new ProjectedGradientDescent(Norm.LInfinity, 0.3) { StepSize = 0.01, RandomStart = false }],
        ["mlp.torchscript.pt", "pgd_linf_0.3_step0.01_40", new ProjectedGradientDescent(Norm.LInfinity, 0.3) { StepSize = 0.01, RandomStart = false }],
    ];

    [TestMethod]
    [DynamicData(nameof(Files))]
    public void LogitsAreThoseOfTheNetworkBitForBitAndPyTorchsUpToRounding(string file)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable frozen = torch.no_grad();
        using NetworkClassifier classifier = Classifier(file);
        using Network network = Golden.Network("mlp");
        Tensor images = Mnist.Images(Rows);
        using Tensor expected = Golden.Tensors("mlp_fisher")["logits_f32"];

        Tensor logits = classifier.Logits(images);

        CollectionAssert.AreEqual(SmallNetwork.Bits(network.Module.call(images)), SmallNetwork.Bits(logits));
        Assert.IsLessThan(1e-5f, (logits.narrow(0, 0, expected.shape[0]) - expected).abs().max().item<float>());
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void AdversarialInputsAreThoseOfTheNetworkBitForBitAndThoseOfPyTorch(string file, string golden, Attack attack)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = Classifier(file);
        using NetworkClassifier network = new(Golden.Network("mlp"), InputBounds.Unit);
        using Tensor expected = Golden.Tensors("mlp_attacks")[golden];
        Tensor images = Mnist.Images(Rows);
        Goal goal = Goal.Misclassify(Mnist.Labels(Rows));

        Tensor actual = attack.Run(classifier, images, goal).Inputs;

        CollectionAssert.AreEqual(SmallNetwork.Bits(attack.Run(network, images, goal).Inputs), SmallNetwork.Bits(actual));
        // As in GoldenAttackTests: another processor may round the network's sums otherwise, and signs of gradients at 0 flip.
        long different = actual.narrow(0, 0, expected.shape[0]).flatten(1).ne(expected).sum().item<long>();
        long tolerated = Golden.HasPyTorchsBits(images) ? 0 : expected.numel() / 1000;
        Assert.IsLessThanOrEqualTo(tolerated, different, $"of {expected.numel()} pixels");
    }

    [TestMethod]
    public void FisherInformationOfTheOnnxModelTakesTheFastPath()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = Classifier("mlp.onnx");
        FisherInformation information = new(classifier);
        using Tensor expected = Golden.Tensors("mlp_fisher")["trace"];

        Tensor actual = information.Compute(Mnist.Images(8), FisherQuantities.Trace).Trace!;

        Assert.IsNull(information.LayerWithoutRule);
        Assert.IsTrue(classifier.Taps.HasKnownCurvature);
        Assert.IsLessThan(1e-4, ((actual.to(ScalarType.Float64) - expected.narrow(0, 0, 8)).abs() / expected.narrow(0, 0, 8)).max().item<double>());
    }

    private static NetworkClassifier Classifier(string file) => file.EndsWith(".onnx")
        ? new(OnnxNetwork.Load(Golden.FileOf(file)), InputBounds.Unit)
        : new(TorchScriptNetwork.Load(Golden.FileOf(file), [1, 28, 28]), InputBounds.Unit);
}
