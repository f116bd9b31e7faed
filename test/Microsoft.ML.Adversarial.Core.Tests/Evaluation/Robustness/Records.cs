using Microsoft.ML.Adversarial.Attacks.Cascades;

namespace Microsoft.ML.Adversarial.Evaluation.Robustness;

/// <summary>Records made by hand, of two attacks on the classes a and b: <c>white</c>, with gradients, and <c>black</c>, which has none.</summary>
internal static class Records
{
    public static EvaluationRecord Of(params EvaluatedRow[] rows) => new()
    {
        LibraryVersion = "1", Suite = "by hand", Norm = "L2", Epsilon = 1, Constraints = "none", Classes = ["a", "b"], Seed = 0, BatchSize = 8,
        RowCount = rows.Length, ShardCount = 1, Shards = [0], IsComplete = true,
        Attacks =
        [
            new("white", "white L2 <= 1", IsBlackBox: false, IsMinimumNorm: false, [], [], 10, TimeSpan.FromSeconds(1)),
            new("black", "black L2, smallest", IsBlackBox: true, IsMinimumNorm: true, [], [], null, TimeSpan.FromSeconds(2)),
        ],
        AttacksLeftOut = [], Warnings = RobustnessWarnings.None, Probes = [], ProbedCurve = null, Rows = rows,
    };

    /// <summary>A row of class a.</summary>
    /// <param name="row">Its number.</param>
    /// <param name="white">The size at which the white-box attack broke it; NaN if it did not.</param>
    /// <param name="black">The size at which the black-box attack broke it; NaN if it did not.</param>
    /// <param name="prediction">The class predicted unperturbed.</param>
    /// <param name="rounding">Whether broken rows survive rounding.</param>
    public static EvaluatedRow Row(long row, double white, double black, int prediction = 0, bool? rounding = null) =>
        new(row, $"{row:X16}", Label: 0, prediction, [Outcome(white, rounding), Outcome(black, rounding)]);

    private static RowOutcome Outcome(double size, bool? rounding) => double.IsNaN(size)
        ? new(IsMisclassified: false, Prediction: 0, Size: 0, default)
        : new(IsMisclassified: true, Prediction: 1, size, new(1, size, size, size), Stage: null, rounding);
}
