namespace Microsoft.ML.Adversarial.Transformations;

/// <summary>What an attack takes for the gradient of a transformation.</summary>
public enum TransformationGradient
{
    /// <summary>Its own, of the very draw where it is random.</summary>
    Exact,

    /// <summary>
    /// That of the identity: forwards the transformation, backwards nothing (backward pass differentiable approximation, BPDA; Athalye, Carlini
    /// &amp; Wagner 2018, arXiv:1802.00420, section 4.1.1). It fits what gives back nearly what it gets.
    /// </summary>
    StraightThrough,

    /// <summary>That of a smooth transformation close to it: BPDA in general (the same, section 4.1.2).</summary>
    Surrogate,
}
