namespace Microsoft.ML.Adversarial.Persistence;

/// <summary>What is written of a transformer: plain data, which may come back damaged.</summary>
internal interface ISavedState
{
    /// <summary>Throws an <see cref="ArgumentException"/> for values that no transformer has.</summary>
    void Validate();
}
