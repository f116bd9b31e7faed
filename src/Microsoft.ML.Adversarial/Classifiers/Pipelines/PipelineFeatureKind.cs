namespace Microsoft.ML.Adversarial.Classifiers.Pipelines;

/// <summary>What a feature of a pipeline may be.</summary>
public enum PipelineFeatureKind
{
    /// <summary>Any number within the bounds.</summary>
    Number,

    /// <summary>A whole number within the bounds.</summary>
    WholeNumber,

    /// <summary>1 if the row is of this category, else 0; one of a column's is 1.</summary>
    Category,

    /// <summary>What stays as it is. A value that is no number is a number from 0 by which the classifier remembers it.</summary>
    Frozen,

    /// <summary>A colour of a pixel, from 0 to 1 in steps of 1/255, as images have 8 bits.</summary>
    Pixel,
}
