using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Classifiers;

/// <summary>A model that gives every input one logit per class. This is all that a black-box attack or a score-only detector needs.</summary>
public interface IClassifier
{
    /// <summary>The shape of one input, without the batch dimension: <c>[1, 28, 28]</c> for MNIST.</summary>
    IReadOnlyList<long> InputShape { get; }

    /// <summary>The number of classes, at least 2.</summary>
    int ClassCount { get; }

    /// <summary>The values an input may take, in the units of the feature column. Attacks never leave them.</summary>
    InputBounds Bounds { get; }

    /// <summary>The element type that <see cref="Logits"/> takes and returns.</summary>
    ScalarType ElementType { get; }

    /// <summary>The device that <see cref="Logits"/> works on.</summary>
    Device Device { get; }

    /// <summary>Computes logits, the values before the softmax.</summary>
    /// <param name="inputs">Shape [N, …<see cref="InputShape"/>], not normalised: normalisation is the classifier's own business.</param>
    /// <returns>Shape [N, <see cref="ClassCount"/>]; a fresh tensor that the caller owns.</returns>
    Tensor Logits(Tensor inputs);
}
