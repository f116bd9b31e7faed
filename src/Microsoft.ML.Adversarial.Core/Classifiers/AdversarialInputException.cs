namespace Microsoft.ML.Adversarial.Classifiers;

/// <summary>An input row that cannot be worked on: NaN, a value outside the bounds, an impossible label.</summary>
public sealed class AdversarialInputException : ArgumentException
{
    /// <summary>Names the row, counted from 0 within the batch, and the feature where one is to blame.</summary>
    internal AdversarialInputException(long row, int? feature, string problem)
        : base($"Row {row}{(feature is { } slot ? $", feature {slot}" : "")}: {problem}")
    {
        Row = row;
        Feature = feature;
        Problem = problem;
    }

    /// <summary>The row, counted from 0 within the tensor that was passed.</summary>
    public long Row { get; }

    /// <summary>The feature in row-major order, where one feature is to blame.</summary>
    public int? Feature { get; }

    /// <summary>What was expected, what was got and what to do, without the position.</summary>
    public string Problem { get; }
}
