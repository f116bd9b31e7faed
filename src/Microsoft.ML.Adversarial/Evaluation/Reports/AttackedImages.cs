using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Pictures;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Evaluation.Reports;

/// <summary>The first rows of an evaluation under attack, as a picture.</summary>
internal static class AttackedImages
{
    public static ReportedPicture Draw(AttackedData data, Attack attack, int count, long seed)
    {
        AttackPicture.RequireImages(data.Classifier);
        foreach (var batch in data.Batches(count))
        {
            return Draw(data, batch, attack, seed);
        }

        throw new ArgumentException("Expected at least one row, got none.");
    }

    private static ReportedPicture Draw(AttackedData data, EvaluationBatch batch, Attack attack, long seed)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var classifier = BatchEvaluation.Restarted(data.Classifier, seed, batch.FirstRow);
        AttackRun run = new() { Seed = seed, RowKeys = [.. Enumerable.Range(0, batch.Count).Select(row => batch.FirstRow + row)] };
        using var result = attack.Run(classifier, batch.Inputs, Goal.Misclassify(batch.Labels), run);
        AttackPicture picture = new() { ClassNames = data.Labels.Names };
        var grid = picture.Draw(classifier, batch.Inputs, result, batch.Labels, attack.ThreatModel.Norm.Name);
        var rows = batch.Count == 1 ? "the first row" : $"the first {batch.Count} rows";
        var broken = result.Succeeded.logical_and(result.SucceededBefore.logical_not()).sum().item<long>();
        return new(
            grid,
            $"{AttackRecord.SettingsOf(attack)} on {rows}: the input, the adversarial input, and their difference; {broken} of them became "
            + "wrong. Red pixels became brighter, blue ones darker.");
    }
}
