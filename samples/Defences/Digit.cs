using Microsoft.ML.Data;
using Quickstart;

namespace Defences;

/// <summary>An image and its label, which may be wrong.</summary>
internal sealed class Digit
{
    [VectorType(1, Mnist.Size, Mnist.Size)]
    public float[] Features { get; set; } = [];

    [KeyType(Mnist.Digits)]
    public uint Label { get; set; }
}
