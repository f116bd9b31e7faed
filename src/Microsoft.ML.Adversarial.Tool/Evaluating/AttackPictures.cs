using Microsoft.ML.Adversarial.Evaluation.Reports;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Pictures;

namespace Microsoft.ML.Adversarial.Tool.Evaluating;

/// <summary>The first rows under the gradient attack of a suite that broke most rows, for models whose network reads images.</summary>
internal static class AttackPictures
{
    private const int RowCount = 6;

    /// <param name="data">The rows.</param>
    /// <param name="suite">The attacks.</param>
    /// <param name="metrics">What they did.</param>
    /// <param name="error">Where to say why there are none.</param>
    public static IReadOnlyList<ReportedPicture> Draw(EvaluatedData data, AttackSuite suite, RobustnessMetrics metrics, TextWriter error)
    {
        if (!AttackPicture.CanDraw(data.Attacked.Classifier))
        {
            return [];
        }

        var best = metrics.Attacks.Where(attack => !attack.Attack.IsBlackBox).MaxBy(attack => attack.Success.Count) ?? metrics.Attacks[0];
        try
        {
            var attack = suite.Attacks.First(attack => attack.Name == best.Name).Attack;
            return [AttackedImages.Draw(data.Attacked, attack, RowCount, metrics.Record.Seed)];
        }
        // Rows on which an attack fails are counted, and the evaluation goes on: its report is worth more than its pictures.
        catch (Exception exception) when (exception is not OperationCanceledException and not OutOfMemoryException)
        {
            error.WriteLine($"The report has no pictures: {ErrorLine.Of(exception)}");
            return [];
        }
    }
}
