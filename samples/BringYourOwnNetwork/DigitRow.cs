namespace BringYourOwnNetwork;

/// <summary>What is read of a scored row. The trainer's label is a key: its value 1 is the first class, digit 0.</summary>
internal sealed class DigitRow
{
    public uint Label { get; set; }

    public uint PredictedLabel { get; set; }

    public float Probability { get; set; }

    public float FisherTrace { get; set; }
}
