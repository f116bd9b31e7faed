using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Classifiers;

[TestClass]
public sealed class NetworkClassifierTests
{
    [TestMethod]
    public void ItIsItsNetwork()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using Network network = SmallNetwork.Created(TestNetworks.Images);
        Tensor inputs = TestNetworks.Uniform([4, 3, 5, 5]);
        byte[] expected = SmallNetwork.Bits(network.Module.call(inputs));

        NetworkClassifier classifier = new(network, InputBounds.Unit);

        CollectionAssert.AreEqual(new long[] { 3, 5, 5 }, classifier.InputShape.ToArray());
        Assert.AreEqual((4, ScalarType.Float32), (classifier.ClassCount, classifier.ElementType));
        Assert.AreSame(network, classifier.Network);
        CollectionAssert.AreEqual(expected, SmallNetwork.Bits(classifier.Logits(inputs)));
        classifier.Dispose();
        Assert.IsTrue(network.Module.parameters().All(parameter => parameter.IsInvalid));
    }

    [TestMethod]
    public void AModuleStaysTheCallers()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using nn.Module<Tensor, Tensor> module = nn.Linear(5, 3);
        module.eval();
        using (NetworkClassifier classifier = new(module, [5], 3, InputBounds.Unbounded))
        {
            Assert.IsNull(classifier.Network);
            Assert.AreSame(module, classifier.Module);
        }

        CollectionAssert.AreEqual(new long[] { 2, 3 }, module.call(torch.zeros(2, 5)).shape);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(0)]
    public void FewerThanTwoClassesAreRefused(int classes)
    {
        using nn.Module<Tensor, Tensor> module = nn.Linear(5, 1);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new NetworkClassifier(module, [5], classes, InputBounds.Unit));
    }

    [TestMethod]
    public void InputGradientsAreThoseOfAutograd()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier single = TestNetworks.Classifier(TestNetworks.Images);
        using NetworkClassifier classifier = new(single.Network!.ToType(ScalarType.Float64), InputBounds.Unit);
        Tensor inputs = TestNetworks.Uniform([4, 3, 5, 5], type: ScalarType.Float64);
        Tensor weights = TestNetworks.Normal([4, 4]);
        Tensor leaf = inputs.clone().requires_grad_();
        (classifier.Logits(leaf) * weights).sum().backward();
        classifier.Module.zero_grad();
        Tensor fresh = inputs.clone().requires_grad_();

        Tensor gradient = ((IDifferentiableClassifier)classifier).InputGradient(fresh, _ => weights);

        Assert.IsLessThan(1e-14, (leaf.grad! - gradient).abs().max().item<double>());
        Assert.IsNull(fresh.grad);
        Assert.IsTrue(classifier.Module.parameters().All(parameter => parameter.grad is null));
    }
}
