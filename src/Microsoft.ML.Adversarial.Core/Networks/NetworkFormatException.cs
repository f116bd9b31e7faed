namespace Microsoft.ML.Adversarial.Networks;

/// <summary>A network definition that cannot be read, or whose layers do not fit together.</summary>
/// <remarks>The message starts with the place in the definition, then says what was expected there and what was found.</remarks>
public sealed class NetworkFormatException : FormatException
{
    /// <summary>Describes what is wrong at one place of a definition.</summary>
    /// <param name="path">The place, such as <c>layers[2].kernel</c> or <c>layers[3] (Conv2d)</c>.</param>
    /// <param name="expected">What the place should hold.</param>
    /// <param name="got">What it holds.</param>
    /// <param name="advice">What to do about it, as a sentence; null when <paramref name="expected"/> says it already.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public NetworkFormatException(string path, string expected, string got, string? advice = null, Exception? innerException = null)
        : base($"{path}: expected {expected}, got {got}.{(advice is null ? "" : " " + advice)}", innerException)
    {
        Path = path;
        Expected = expected;
        Got = got;
    }

    /// <summary>The place in the definition, such as <c>layers[2].kernel</c>.</summary>
    public string Path { get; }

    /// <summary>What the place should hold.</summary>
    public string Expected { get; }

    /// <summary>What it holds.</summary>
    public string Got { get; }
}
