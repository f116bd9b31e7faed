using Microsoft.ML.Data;
using Quickstart;

namespace ConfusingDigits;

/// <summary>A digit and what explains the network's reading of it. Keys: 1 is the first class, the digit 0.</summary>
internal sealed class ExplainedRow
{
    public uint PredictedLabel { get; set; }

    [VectorType(1, Mnist.Size, Mnist.Size)]
    public float[] Features { get; set; } = [];

    [VectorType(1, Mnist.Size, Mnist.Size)]
    public float[] Gradient { get; set; } = [];

    [VectorType(1, Mnist.Size, Mnist.Size)]
    public float[] Product { get; set; } = [];

    [VectorType(1, Mnist.Size, Mnist.Size)]
    public float[] Integrated { get; set; } = [];

    [VectorType(1, Mnist.Size, Mnist.Size)]
    public float[] Smooth { get; set; } = [];

    [VectorType(1, Mnist.Size, Mnist.Size)]
    public float[] FisherSensitivity { get; set; } = [];
}
