using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

[TestClass]
public sealed class TorchScriptTests
{
    [TestMethod]
    public void AScriptHasTheScoresOfItsNetwork()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using torch.jit.ScriptModule<Tensor, Tensor> script = torch.jit.load<Tensor, Tensor>(Golden.FileOf("mlp.torchscript.pt"));
        using NetworkClassifier classifier = new(script, [1, 28, 28], 10, InputBounds.Unit);
        using NetworkClassifier network = new(Golden.Network("mlp"), InputBounds.Unit);
        Tensor images = Mnist.Images(3);
        const FisherQuantities All = (FisherQuantities)63;
        FisherInformation information = new(classifier);

        FisherScores actual = information.Compute(images, All);
        FisherScores expected = new FisherInformation(network).Compute(images, All);

        Assert.AreEqual("TorchScript", information.LayerWithoutRule);
        (Tensor? Expected, Tensor? Actual)[] columns =
        [
            (expected.Trace, actual.Trace), (expected.QuadraticForm, actual.QuadraticForm), (expected.TopEigenvalue, actual.TopEigenvalue),
            (expected.NormalisedQuadraticForm, actual.NormalisedQuadraticForm), (expected.SensitivityNorm, actual.SensitivityNorm),
        ];
        foreach ((Tensor? one, Tensor? other) in columns)
        {
            Assert.IsLessThan(1e-4, ((one! - other!).abs() / one!.abs()).max().item<float>());
        }

        Assert.IsLessThan(1e-4, ((expected.Sensitivity! - actual.Sensitivity!).abs().max() / expected.Sensitivity!.abs().max()).item<float>());
    }

    [TestMethod]
    public void AScriptHasInputGradients()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using torch.jit.ScriptModule<Tensor, Tensor> script = torch.jit.load<Tensor, Tensor>(Golden.FileOf("mlp.torchscript.pt"));
        using NetworkClassifier classifier = new(script, [1, 28, 28], 10, InputBounds.Unit);
        using NetworkClassifier network = new(Golden.Network("mlp"), InputBounds.Unit);
        Tensor GradientOf(IDifferentiableClassifier one) => one.InputGradient(Mnist.Images(8).requires_grad_(), logits => logits.softmax(1));
        Tensor expected = GradientOf(network);
        Assert.IsLessThan(1e-5, ((GradientOf(classifier) - expected).abs().max() / expected.abs().max()).item<float>());
    }
}
