using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training.Sharpness;

/// <summary>
/// Where around the weights the gradient of a step is taken: at a point nearby where the loss is larger, so that training prefers flat
/// minima. A step then takes two forward and backward passes.
/// </summary>
public abstract record WeightPerturbation
{
    private protected WeightPerturbation()
    {
    }

    /// <summary>The displacement of each weight tensor.</summary>
    /// <param name="weights">The trainable weights; left as found.</param>
    /// <param name="gradients">The gradient of the mean loss of the batch, one per weight tensor; left as found.</param>
    /// <returns>Fresh tensors in the shapes of the weights.</returns>
    public abstract IReadOnlyList<Tensor> Displacements(IReadOnlyList<Tensor> weights, IReadOnlyList<Tensor> gradients);

    /// <summary>The Euclidean length of tensors taken together, in float64.</summary>
    private protected static double Length(IEnumerable<Tensor> tensors)
    {
        using var scope = NewDisposeScope();
        return Math.Sqrt(tensors.Sum(tensor => tensor.to(ScalarType.Float64).square().sum().item<double>()));
    }
}
