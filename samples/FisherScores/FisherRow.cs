using Microsoft.ML.Data;
using Quickstart;

namespace FisherScores;

/// <summary>A scored row, clean or attacked.</summary>
internal sealed class FisherRow
{
    [VectorType(1, Mnist.Size, Mnist.Size)]
    public float[] Features { get; set; } = [];

    public uint Label { get; set; }

    public uint PredictedLabel { get; set; }

    public float FisherTrace { get; set; }

    public float FisherQuadraticForm { get; set; }

    public float NormalisedFisherQuadraticForm { get; set; }

    public float FisherTopEigenvalue { get; set; }

    public float FisherSensitivityNorm { get; set; }
}
