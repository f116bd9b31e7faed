using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Layers;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Classifiers;

/// <summary>Networks of linear layers and ReLUs take their gradients by matrix products alone; the module's own pass is the oracle.</summary>
[TestClass]
public sealed class DenseGradientTests
{
    private static readonly ReLULayer Rectified = new();

    public static IEnumerable<object[]> Chains =>
    [
        ["one layer", new LayerDefinition[] { new FlattenLayer(), new LinearLayer() }],
        ["ReLUs", new LayerDefinition[] { new FlattenLayer(), new LinearLayer(19), Rectified, new LinearLayer(16), Rectified, new LinearLayer() }],
        ["without biases", new LayerDefinition[] { new FlattenLayer(), new LinearLayer(21, bias: false), Rectified, new LinearLayer(bias: false) }],
        ["linear after linear", new LayerDefinition[] { new FlattenLayer(), new LinearLayer(9), new LinearLayer(7), Rectified, Rectified, new LinearLayer() }],
        ["dropout", new LayerDefinition[] { new FlattenLayer(), new DropoutLayer(0.5), new LinearLayer(17), Rectified, new DropoutLayer(0.5), new LinearLayer() }],
        ["rectified pixels", new LayerDefinition[] { new FlattenLayer(), Rectified, new LinearLayer(17), Rectified, new LinearLayer() }],
        ["rectified logits", new LayerDefinition[] { new FlattenLayer(), new LinearLayer(17), Rectified, new LinearLayer(), Rectified }],
        ["another activation", new LayerDefinition[] { new FlattenLayer(), new LinearLayer(17), new TanhLayer(), new LinearLayer() }],
    ];

    [TestMethod]
    [DynamicData(nameof(Chains))]
    public void TheyAreThoseOfAutogradBitForBit(string name, LayerDefinition[] layers)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = Classifier(layers);
        foreach (long[] shape in new long[][] { [7, 2, 5, 4], [7, 40], [1, 40] })
        {
            Tensor inputs = TestNetworks.Uniform(shape).requires_grad_();
            Tensor weights = TestNetworks.Normal([shape[0], 3]).to(ScalarType.Float32);
            using IDisposable grad = enable_grad();
            Tensor? seen = null;
            Tensor actual = ((IDifferentiableClassifier)classifier).InputGradient(inputs, logits =>
            {
                Assert.IsFalse(torch.is_grad_enabled());
                seen = logits.clone().MoveToOuterDisposeScope();
                return weights;
            });

            Tensor logits = classifier.Module.call(inputs);
            logits.backward([weights], inputs: [inputs]);
            CollectionAssert.AreEqual(shape, actual.shape, name);
            Assert.IsTrue(logits.Equals(seen!), name);
            Assert.IsTrue(inputs.grad!.Equals(actual), name);
            Assert.IsGreaterThan(0, actual.abs().max().item<float>(), name);
        }
    }

    [TestMethod]
    public void TheyLeaveInputsAndParametersAsFound()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = Classifier([new FlattenLayer(), new LinearLayer(17), Rectified, new LinearLayer()]);
        Tensor inputs = TestNetworks.Uniform([3, 40]);
        Tensor before = inputs.clone();
        Tensor gradient = ((IDifferentiableClassifier)classifier).InputGradient(inputs.requires_grad_(), logits => ones_like(logits));

        Assert.IsTrue(before.Equals(inputs.detach()));
        Assert.IsNull(inputs.grad);
        Assert.IsFalse(gradient.requires_grad);
        Assert.IsTrue(classifier.Module.parameters().All(parameter => parameter.grad is null && parameter.requires_grad));
        Assert.AreEqual(3, classifier.QueryCount);
    }

    [TestMethod]
    public void ANaNPassesAsInAutograd()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = Classifier([new FlattenLayer(), new LinearLayer(17), Rectified, new LinearLayer()]);
        Tensor inputs = TestNetworks.Uniform([2, 40]);
        inputs[0, 0] = float.NaN;
        using IDisposable grad = enable_grad();
        Tensor actual = ((IDifferentiableClassifier)classifier).InputGradient(inputs.requires_grad_(), logits => ones_like(logits));
        Tensor logits = classifier.Module.call(inputs);
        logits.backward([ones_like(logits)], inputs: [inputs]);

        Assert.IsTrue(inputs.grad!.allclose(actual, rtol: 0, atol: 0, equal_nan: true));
    }

    [TestMethod]
    public void ALayerInTrainingModeStaysAtItsOwn()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = Classifier([new FlattenLayer(), new LinearLayer(40), Rectified, new DropoutLayer(0.5), new LinearLayer()]);
        classifier.Module.children().OfType<DropoutModule>().Single().train();
        Tensor inputs = TestNetworks.Uniform([3, 40]).requires_grad_();
        using IDisposable grad = enable_grad();
        Tensor[] gradients = [.. Enumerable.Range(0, 2).Select(
            _ => ((IDifferentiableClassifier)classifier).InputGradient(inputs, logits => ones_like(logits)))];

        Assert.IsFalse(gradients[0].Equals(gradients[1]));
    }

    private static NetworkClassifier Classifier(LayerDefinition[] layers)
    {
        NetworkDefinition definition = new NetworkDefinition { Layers = layers, Normalisation = new([0.1, 0.3], [0.2, 0.4]) }.Bind([2, 5, 4], 3);
        using Generator generator = new(3);
        return new(Network.Create(definition, generator), InputBounds.Unit);
    }
}
