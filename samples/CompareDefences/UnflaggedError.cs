using Microsoft.ML;
using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Evaluation.Experiments;

namespace CompareDefences;

/// <summary>
/// The share of rows that are misclassified without a flag, clean or attacked: the errors that nobody notices. The attack does not know of the detector;
/// docs/attacks.md has those that do.
/// </summary>
internal static class UnflaggedError
{
    public static TrialMeasure Under(Attack attack) => new(nameof(UnflaggedError), (ml, model, rows) =>
    {
        var attacked = ml.Transforms.AdversarialAttack(model, attack)
            .Append(ml.Transforms.CopyColumns("Features", "AdversarialFeatures")).Fit(rows).Transform(rows);
        return Judge(ml, model.Transform(rows)).Zip(Judge(ml, model.Transform(attacked)), (clean, after) => clean || after ? 1.0 : 0).Average();
    });

    // A model without a detector has no flag.
    private static IEnumerable<bool> Judge(MLContext ml, IDataView scored) => ml.Data
        .CreateEnumerable<JudgedRow>(scored, reuseRowObject: false, ignoreMissingColumns: true)
        .Select(row => row.PredictedLabel != row.Label && !row.IsAdversarial);
}
