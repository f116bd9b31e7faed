using Microsoft.ML.Adversarial.Explanations;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>What the cells of a column of a confusing-logits step hold.</summary>
internal enum ConfusingLogitsContent
{
    FirstClass,
    SecondClass,
    LogitGap,
    IsConfusing,

    /// <summary>A number per feature.</summary>
    Vector,

    /// <summary>The features as an image, for which nothing is computed.</summary>
    FeaturesImage,

    /// <summary>A number per feature that is an input, as an image.</summary>
    InputImage,

    /// <summary>A signed number per feature, as an image.</summary>
    SignedImage,
}

/// <summary>A column of a confusing-logits step.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Content">What its cells hold.</param>
/// <param name="Part">What it needs beyond the logits.</param>
internal sealed record ConfusingLogitsOutput(string Name, ConfusingLogitsContent Content, ConfusingLogitsParts Part)
{
    /// <summary>Whether its cells are images.</summary>
    public bool IsImage => Content is ConfusingLogitsContent.FeaturesImage or ConfusingLogitsContent.InputImage or ConfusingLogitsContent.SignedImage;
}
