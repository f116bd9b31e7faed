using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Classifiers;

/// <summary>The check that rows hold numbers.</summary>
internal static class FiniteValues
{
    /// <summary>Whether all values are certainly finite, found in one pass, which costs a tenth of a mask; a sum of large numbers may overflow.</summary>
    public static bool AreCertain(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        return inputs.sum().isfinite().item<bool>();
    }

    /// <summary>Throws for the first NaN or infinity, naming its row and feature.</summary>
    public static void Require(Tensor inputs)
    {
        if (AreCertain(inputs))
        {
            return;
        }

        using var scope = NewDisposeScope();
        var broken = inputs.isfinite().logical_not_().flatten().nonzero();
        if (broken.shape[0] == 0)
        {
            return;
        }

        var features = inputs.numel() / inputs.shape[0];
        var first = broken[0, 0].item<long>();
        throw new AdversarialInputException(
            first / features, (int)(first % features), "expected a finite value, got NaN or infinity. Replace or drop such rows first.");
    }
}
