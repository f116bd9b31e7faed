using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks.Layers;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Explanations;

/// <summary>Probabilities are told from logits that look like some, even where there is but one row to tell by.</summary>
[TestClass]
public sealed class ProbabilitiesForLogitsTests
{
    /// <summary>Each of these rows has logits that are probabilities, or logarithms of some, by chance.</summary>
    [TestMethod]
    [DataRow(0.5f, 0.25f, 0.25f)]
    [DataRow(1f, 0f, 0f)]
    [DataRow(0f, 0.9995f, 0.0001f)]
    [DataRow(-0.6931472f, -1.3862944f, -1.3862944f)]
    public void OneRowWhoseLogitsSumToOneByChanceIsLookedAt(params float[] logits)
    {
        using var scope = NewDisposeScope();
        using var classifier = Linear(bias: [0, 0, 0]);
        AssertLookedAt(classifier, tensor(logits).reshape(1, 3), logits);
        AssertLookedAt(classifier, tensor(logits).repeat(4, 1), logits);
    }

    /// <summary>A row that scaling leaves where it is, black, tells nothing by being scaled.</summary>
    [TestMethod]
    [DataRow(0f)]
    [DataRow(0.5f)]
    [DataRow(-0.5f)]
    [DataRow(-0.66666667f)]
    [DataRow(1f)]
    public void SoIsARowOfEqualFeatures(float feature)
    {
        using var scope = NewDisposeScope();
        float[] logits = [0.7f, 0.2f, 0.1f];
        using var classifier = Linear([.. logits.Select(logit => logit - feature)]);
        AssertLookedAt(classifier, full([1, 3], feature), logits);
        AssertLookedAt(classifier, full([3, 3], feature), logits);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(17)]
    public void ProbabilitiesAreRefusedHoweverManyRowsThereAre(int rows)
    {
        using var scope = NewDisposeScope();
        foreach (nn.Module<Tensor, Tensor> last in new nn.Module<Tensor, Tensor>[] { nn.Softmax(1), nn.LogSoftmax(1) })
        {
            using var module = nn.Sequential(nn.Linear(6, 3), last);
            module.eval();
            using var classifier = new NetworkClassifier(module, [6], 3, InputBounds.Unbounded);
            foreach (var inputs in new[] { TestNetworks.Uniform([rows, 6]), zeros(rows, 6), full([rows, 6], 255f), full([rows, 6], -40f) })
            {
                var message = Assert.ThrowsExactly<ArgumentException>(() => new ConfusingLogits().Compute(classifier, inputs)).Message;
                Assert.Contains("Expected a classifier whose outputs are logits", message);
            }
        }
    }

    private static void AssertLookedAt(NetworkClassifier classifier, Tensor inputs, float[] logits)
    {
        using var result = new ConfusingLogits { MinimumLogit = -9 }.Compute(classifier, inputs);
        for (var row = 0; row < inputs.shape[0]; row++)
        {
            Assert.AreEqual(Array.IndexOf(logits, logits.Max()), result.First[row].item<long>());
            Assert.AreEqual(logits.Max(), result.Logits[row].max().item<float>(), 1e-6f);
            Assert.IsTrue(result.IsConfusing[row].item<bool>());
        }
    }

    // The logits are the features and a bias.
    private static NetworkClassifier Linear(float[] bias)
    {
        var classifier = TestNetworks.Classifier(new() { InputShape = [3], ClassCount = 3, Layers = [new LinearLayer()] }, InputBounds.Unbounded);
        using var noGrad = no_grad();
        classifier.Module.get_parameter("0.weight")!.copy_(eye(3));
        classifier.Module.get_parameter("0.bias")!.copy_(tensor(bias));
        return classifier;
    }
}
