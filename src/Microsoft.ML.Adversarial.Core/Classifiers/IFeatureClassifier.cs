using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Classifiers;

/// <summary>A differentiable classifier whose last hidden layer can be seen: what an attack in feature space needs.</summary>
public interface IFeatureClassifier : IDifferentiableClassifier
{
    /// <summary>The features that the last layer makes logits of, and the logits, by one forward pass.</summary>
    /// <param name="inputs">Shape [N, …], not normalised.</param>
    /// <returns>
    /// Features [N, features], positions of an image averaged away, and logits [N, classes]: fresh tensors that the caller owns, with the graph
    /// back to the inputs under the same conditions as <see cref="IClassifier.Logits"/>.
    /// </returns>
    (Tensor Features, Tensor Logits) FeaturesAndLogits(Tensor inputs);
}
