using Microsoft.ML.Data;

namespace Quickstart;

/// <summary>What a prediction is asked for: an image.</summary>
internal sealed class ImageRow
{
    [VectorType(1, Mnist.Size, Mnist.Size)]
    public float[] Features { get; set; } = [];
}

/// <summary>What the model says about an image.</summary>
internal class Prediction
{
    /// <summary>A key: 0 means missing, 1 is the first class, the digit 0.</summary>
    public uint PredictedLabel { get; set; }

    /// <summary>The probability of the predicted label.</summary>
    public float Probability { get; set; }

    /// <summary>The detector's score; higher is more suspicious.</summary>
    public float FisherTrace { get; set; }

    public bool IsAdversarial { get; set; }

    public int PredictedDigit => (int)PredictedLabel - 1;
}

/// <summary>A test row with its true label.</summary>
internal class ScoredRow : Prediction
{
    public uint Label { get; set; }

    public int Digit => (int)Label - 1;

    public bool IsRight => PredictedLabel == Label;

    /// <summary>A copy that keeps its values when the reader moves to the next row.</summary>
    public virtual ScoredRow Copy() => (ScoredRow)MemberwiseClone();
}

/// <summary>A test row after an attack; the prediction is that for the adversarial features.</summary>
internal sealed class AttackedRow : ScoredRow
{
    [VectorType(1, Mnist.Size, Mnist.Size)]
    public float[] CleanFeatures { get; set; } = [];

    [VectorType(1, Mnist.Size, Mnist.Size)]
    public float[] AdversarialFeatures { get; set; } = [];

    public override ScoredRow Copy()
    {
        var copy = (AttackedRow)base.Copy();
        copy.CleanFeatures = [.. CleanFeatures];
        copy.AdversarialFeatures = [.. AdversarialFeatures];
        return copy;
    }
}
