using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Layers;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>Two classes of five features in float64 whose boundary is a plane: the smallest perturbation has a closed form.</summary>
internal static class TwoLinearClasses
{
    public static NetworkClassifier Classifier(InputBounds bounds)
    {
        NetworkDefinition definition = new() { InputShape = [5], ClassCount = 2, Layers = [new LinearLayer()] };
        return new(SmallNetwork.Created(definition).ToType(ScalarType.Float64), bounds);
    }

    /// <summary>By how much the first logit exceeds the second, and the gradient of that.</summary>
    public static (Tensor Gap, Tensor Slope) Gap(IDifferentiableClassifier classifier, Tensor inputs)
    {
        Tensor sign = tensor(new double[] { 1, -1 });
        Tensor slope = classifier.InputGradient(inputs.clone().requires_grad_(), logits => sign.expand_as(logits).clone());
        using IDisposable frozen = torch.no_grad();
        return (classifier.Logits(inputs).matmul(sign), slope);
    }
}
