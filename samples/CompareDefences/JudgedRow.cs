using Microsoft.ML.Data;
using Quickstart;

namespace CompareDefences;

/// <summary>A row with what the model says of it.</summary>
internal sealed class JudgedRow
{
    [KeyType(Mnist.Digits)]
    public uint Label { get; set; }

    [KeyType(Mnist.Digits)]
    public uint PredictedLabel { get; set; }

    public bool IsAdversarial { get; set; }
}
