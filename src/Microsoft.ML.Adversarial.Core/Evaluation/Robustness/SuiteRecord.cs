namespace Microsoft.ML.Adversarial.Evaluation.Robustness;

/// <summary>What an evaluation under a suite of attacks records besides its rows, whatever was attacked.</summary>
public abstract record SuiteRecord
{
    private protected SuiteRecord()
    {
    }

    /// <summary>The version of the library.</summary>
    public required string LibraryVersion { get; init; }

    /// <summary>The suite's name.</summary>
    public required string Suite { get; init; }

    /// <summary>The norm of the threat model.</summary>
    public required string Norm { get; init; }

    /// <summary>The budget.</summary>
    public required double Epsilon { get; init; }

    /// <summary>What adversarial inputs had to satisfy besides, as text; <c>none</c> if nothing.</summary>
    public required string Constraints { get; init; }

    /// <summary>The classes, in their order.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>Seed of all random draws, which belong to it and to the row.</summary>
    public required long Seed { get; init; }

    /// <summary>Rows per batch.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Whether the evaluation ran to its end; a cancelled one holds the rows that it had finished.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>Attacks of the suite that were left out, since they need what the classifier has not.</summary>
    public required IReadOnlyList<string> AttacksLeftOut { get; init; }
}
