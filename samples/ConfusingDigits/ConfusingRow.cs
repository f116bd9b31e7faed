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

    public int Digit => (int)Label - 1;

    /// <summary>The two classes, the smaller digit first.</summary>
    public (int Smaller, int Larger) Pair => ((int)Math.Min(FirstClass, SecondClass) - 1, (int)Math.Max(FirstClass, SecondClass) - 1);
}
