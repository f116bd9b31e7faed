namespace Microsoft.ML.Adversarial.Networks;

/// <summary>An option out of its range: an argument error in C#; the JSON reader adds the path and makes it a format error.</summary>
internal sealed class DefinitionOptionException(string option, string expected, string got)
    : ArgumentException($"Expected {expected}, got {got}.", option)
{
    public string Option { get; } = option;

    public string Expected { get; } = expected;

    public string Got { get; } = got;
}
