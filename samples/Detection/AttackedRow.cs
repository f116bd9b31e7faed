using Microsoft.ML.Data;
using Quickstart;

namespace Detection;

/// <summary>What is kept of an attacked row, so that it is attacked once and scored as often as need be.</summary>
internal sealed class AttackedRow
{
    [VectorType(1, Mnist.Size, Mnist.Size)]
    public float[] AdversarialFeatures { get; set; } = [];

    /// <summary>The network misclassifies the row, as it may have done before.</summary>
    public bool AttackSucceeded { get; set; }
}
