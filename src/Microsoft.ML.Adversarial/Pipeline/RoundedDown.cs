namespace Microsoft.ML.Adversarial.Pipeline;

/// <summary>Certified sizes as Singles, which may not be larger than what was certified.</summary>
internal static class RoundedDown
{
    public static float ToSingle(double value)
    {
        var nearest = (float)value;
        return nearest > value ? MathF.BitDecrement(nearest) : nearest;
    }
}
