using Microsoft.ML.Data;
using Quickstart;

namespace ConfusingDigits;

/// <summary>A digit on its way up a logit.</summary>
internal sealed class ClimbedRow
{
    [VectorType(1, Mnist.Size, Mnist.Size)]
    public float[] Features { get; set; } = [];

    [VectorType(1, Mnist.Size, Mnist.Size)]
    public float[] AdversarialFeatures { get; set; } = [];

    [VectorType(Mnist.Digits)]
    public float[] Logits { get; set; } = [];
}
