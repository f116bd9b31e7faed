using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Explanations;
using Microsoft.ML.Adversarial.Pipeline;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>
/// The columns that a confusing-logits step adds, each null to leave it out. Columns share one computation, and what nobody reads is not
/// computed.
/// </summary>
/// <remarks>
/// Image columns hold an <see cref="Microsoft.ML.Data.MLImage"/> each, null by default, for networks whose input shape is [3, height,
/// width] (red, green, blue), or [1, height, width] or [height, width] (grey) with height and width above 1. Each time that a cell is
/// read makes a new image, which belongs to whoever reads it: dispose it. Inputs are drawn from black at the lower to white at the upper
/// bound of the network's inputs, where these are finite and the same for all features, else from 0 to 1. Gradients are drawn blue below
/// 0, white at 0 and red above, each row on the scale of its own largest absolute value; colour channels are added up. ML.NET's
/// <c>Cache</c> and <c>ShuffleRows</c> leave image columns out.
/// </remarks>
public sealed record ConfusingLogitsColumns
{
    /// <summary>
    /// The class of the largest logit, the prediction: a key with the values of PredictedLabel (of a binary network: false and true). Default
    /// <c>FirstClass</c>.
    /// </summary>
    public string? FirstClass { get; init; } = "FirstClass";

    /// <summary>The class of the second largest logit, a key with the same values. Default <c>SecondClass</c>.</summary>
    public string? SecondClass { get; init; } = "SecondClass";

    /// <summary>The largest logit less the second largest, Single. Default <c>LogitGap</c>.</summary>
    public string? LogitGap { get; init; } = "LogitGap";

    /// <summary>Whether both logits are large and close, as <see cref="ConfusingLogits"/> says; Boolean. Default <c>IsConfusing</c>.</summary>
    public string? IsConfusing { get; init; } = "IsConfusing";

    /// <summary>
    /// The gradient of the largest logit with respect to the features, a vector of the feature column's type. Default <c>FirstGradient</c>.
    /// </summary>
    public string? FirstGradient { get; init; } = "FirstGradient";

    /// <summary>
    /// The gradient of the second largest logit with respect to the features, a vector of the feature column's type. Default
    /// <c>SecondGradient</c>.
    /// </summary>
    public string? SecondGradient { get; init; } = "SecondGradient";

    /// <summary>The features moved so that the largest logit grows, a vector of the feature column's type. Default <c>TowardsFirst</c>.</summary>
    public string? TowardsFirst { get; init; } = "TowardsFirst";

    /// <summary>
    /// The features moved so that the second largest logit grows, a vector of the feature column's type. Default <c>TowardsSecond</c>.
    /// </summary>
    public string? TowardsSecond { get; init; } = "TowardsSecond";

    /// <summary>The features as they are, an image. Default null.</summary>
    public string? FeaturesImage { get; init; }

    /// <summary>The gradient of the largest logit, an image. Default null.</summary>
    public string? FirstGradientImage { get; init; }

    /// <summary>The gradient of the second largest logit, an image. Default null.</summary>
    public string? SecondGradientImage { get; init; }

    /// <summary>The features moved so that the largest logit grows, an image. Default null.</summary>
    public string? TowardsFirstImage { get; init; }

    /// <summary>The features moved so that the second largest logit grows, an image. Default null.</summary>
    public string? TowardsSecondImage { get; init; }

    /// <summary>No columns: the start for naming just some.</summary>
    public static ConfusingLogitsColumns None { get; } = new()
    {
        FirstClass = null, SecondClass = null, LogitGap = null, IsConfusing = null, FirstGradient = null, SecondGradient = null,
        TowardsFirst = null, TowardsSecond = null,
    };

    /// <summary>The columns that are added, in order.</summary>
    internal IReadOnlyList<ConfusingLogitsOutput> Outputs() =>
    [
        .. new (string? Name, ConfusingLogitsContent Content, ConfusingLogitsParts Part)[]
        {
            (FirstClass, ConfusingLogitsContent.FirstClass, ConfusingLogitsParts.None),
            (SecondClass, ConfusingLogitsContent.SecondClass, ConfusingLogitsParts.None),
            (LogitGap, ConfusingLogitsContent.LogitGap, ConfusingLogitsParts.None),
            (IsConfusing, ConfusingLogitsContent.IsConfusing, ConfusingLogitsParts.None),
            (FirstGradient, ConfusingLogitsContent.Vector, ConfusingLogitsParts.FirstGradient),
            (SecondGradient, ConfusingLogitsContent.Vector, ConfusingLogitsParts.SecondGradient),
            (TowardsFirst, ConfusingLogitsContent.Vector, ConfusingLogitsParts.TowardsFirst),
            (TowardsSecond, ConfusingLogitsContent.Vector, ConfusingLogitsParts.TowardsSecond),
            (FeaturesImage, ConfusingLogitsContent.FeaturesImage, ConfusingLogitsParts.None),
            (FirstGradientImage, ConfusingLogitsContent.SignedImage, ConfusingLogitsParts.FirstGradient),
            (SecondGradientImage, ConfusingLogitsContent.SignedImage, ConfusingLogitsParts.SecondGradient),
            (TowardsFirstImage, ConfusingLogitsContent.InputImage, ConfusingLogitsParts.TowardsFirst),
            (TowardsSecondImage, ConfusingLogitsContent.InputImage, ConfusingLogitsParts.TowardsSecond),
        }.Where(output => output.Name is not null).Select(output => new ConfusingLogitsOutput(output.Name!, output.Content, output.Part)),
    ];

    /// <summary>How image columns are drawn, null where there are none, or an error where the network's inputs are no images.</summary>
    internal FeatureImages? ImagesOf(IClassifier classifier)
    {
        string[] names = [.. Outputs().Where(output => output.IsImage).Select(output => output.Name)];
        return names.Length == 0 ? null : FeatureImages.Of(classifier, names, ConfusingLogitsEstimator.Step);
    }

    internal void Validate() => ColumnNames.RequireOutputs([.. Outputs().Select(output => output.Name)]);
}
