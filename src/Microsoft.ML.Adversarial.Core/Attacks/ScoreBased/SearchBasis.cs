namespace Microsoft.ML.Adversarial.Attacks.ScoreBased;

/// <summary>The directions that SimBA tries: an orthonormal set.</summary>
public enum SearchBasis
{
    /// <summary>One feature each.</summary>
    Pixel,

    /// <summary>One frequency of the discrete cosine transform of one channel each, the low ones only.</summary>
    DiscreteCosine,
}
