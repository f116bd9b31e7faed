using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Classifiers;

/// <summary>What a row's outputs vary by with its place in the batch and the rows beside it: products of matrices add in another order.</summary>
internal static class BatchNoise
{
    /// <summary>As a share of the row's largest value.</summary>
    /// <param name="outputs">Logits, or what a hidden layer gives.</param>
    public static double ShareIn(Tensor outputs) => outputs.dtype == ScalarType.Float64 ? 1e-14 : 2e-6;
}
