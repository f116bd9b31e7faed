using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Evaluation.Robustness;

/// <summary>What one attack did to one row, as a row of a view.</summary>
public sealed class RobustnessRow
{
    /// <summary>The row's number within the data, from 0.</summary>
    public long Row { get; set; }

    /// <summary>The true class.</summary>
    public string Label { get; set; } = "";

    /// <summary>The class predicted unperturbed; empty where the model failed.</summary>
    public string PredictedLabel { get; set; } = "";

    /// <summary>The attack's name; empty for a row that could not be evaluated.</summary>
    public string Attack { get; set; } = "";

    /// <summary>Whether the model errs within the budget; true for a row that was wrong unperturbed.</summary>
    public bool IsBroken { get; set; }

    /// <summary>The class predicted after the attack.</summary>
    public string AdversarialPredictedLabel { get; set; } = "";

    /// <summary>The number of features changed.</summary>
    public double L0 { get; set; }

    /// <summary>The sum of absolute changes.</summary>
    public double L1 { get; set; }

    /// <summary>The Euclidean length of the perturbation.</summary>
    public double L2 { get; set; }

    /// <summary>The largest absolute change.</summary>
    [ColumnName("LInfinity")]
    public double LInfinity { get; set; }

    /// <summary>Why the row was not evaluated; empty if it was.</summary>
    public string Error { get; set; } = "";

    internal static IEnumerable<RobustnessRow> Of(RobustnessMetrics metrics)
    {
        var record = metrics.Record;
        foreach (var row in record.Rows)
        {
            if (row.Error is not null)
            {
                yield return new() { Row = row.Row, Label = Name(row.Label), Error = row.Error };
                continue;
            }

            foreach (var (index, outcome) in row.Outcomes.Index())
            {
                yield return new()
                {
                    Row = row.Row, Label = Name(row.Label), PredictedLabel = Name(row.Prediction), Attack = record.Attacks[index].Name,
                    IsBroken = AttackMetrics.IsBroken(record, row, index), AdversarialPredictedLabel = Name(outcome.Prediction),
                    L0 = outcome.Sizes.L0, L1 = outcome.Sizes.L1, L2 = outcome.Sizes.L2, LInfinity = outcome.Sizes.LInfinity,
                };
            }
        }

        string Name(int index) => record.Classes[index];
    }
}
