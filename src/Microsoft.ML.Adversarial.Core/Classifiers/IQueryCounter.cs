namespace Microsoft.ML.Adversarial.Classifiers;

/// <summary>A classifier that counts what it is asked, so that evaluations can tell what an attack cost.</summary>
public interface IQueryCounter
{
    /// <summary>How many rows have gone through it so far.</summary>
    long QueryCount { get; }
}
