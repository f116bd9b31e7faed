namespace Microsoft.ML.Adversarial.Networks;

/// <summary>One tensor of a header; its bytes lie from Begin to before End, counted from the end of the header.</summary>
internal sealed record SafetensorsEntry(string Name, SafetensorsType Type, long[] Shape, long Begin, long End);
