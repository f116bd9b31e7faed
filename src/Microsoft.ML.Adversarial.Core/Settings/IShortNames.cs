namespace Microsoft.ML.Adversarial.Settings;

/// <summary>An attribute that names a type for files and the command line.</summary>
internal interface IShortNames
{
    /// <summary>Lower-case names, the first the one that is written.</summary>
    IReadOnlyList<string> Names { get; }
}
