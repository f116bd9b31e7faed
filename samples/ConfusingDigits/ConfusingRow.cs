using Microsoft.ML.Data;
using Quickstart;

namespace ConfusingDigits;

/// <summary>A test digit and the two classes that the network cannot tell apart. Keys: 1 is the first class, the digit 0.</summary>
internal sealed class ConfusingRow
{
    public uint Label { get; set; }

    public uint FirstClass { get; set; }

    public uint SecondClass { get; set; }

    public float LogitGap { get; set; }

    [VectorType(1, Mnist.Size, Mnist.Size)]
    public float[] Features { get; set; } = [];

    [VectorType(Mnist.Digits)]
    public float[] Logits { get; set; } = [];

    [VectorType(1, Mnist.Size, Mnist.Size)]
    public float[] FirstGradient { get; set; } = [];

    [VectorType(1, Mnist.Size, Mnist.Size)]
    public float[] SecondGradient { get; set; } = [];

    [VectorType(1, Mnist.Size, Mnist.Size)]
    public float[] TowardsFirst { get; set; } = [];

    [VectorType(1, Mnist.Size, Mnist.Size)]
    public float[] TowardsSecond { get; set; } = [];

    public int Digit => (int)Label - 1;

    public int First => (int)FirstClass - 1;

    public int Second => (int)SecondClass - 1;
}
