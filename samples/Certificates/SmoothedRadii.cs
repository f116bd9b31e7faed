using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.Cascades;
using Microsoft.ML.Adversarial.Certification;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using Quickstart;
using TorchSharp;
using static TorchSharp.torch;

namespace Certificates;

/// <summary>
/// AutoAttack within the radii that randomised smoothing certifies. Attacks have one budget for all rows: rows of like radius go together, within the
/// smallest of their radii. What is attacked is the soft version, which has gradients; what counts is what the smoothed classifier itself predicts.
/// </summary>
internal static class SmoothedRadii
{
    private const int RowsAtATime = 64;

    public static Outcome Attack(NetworkClassifier classifier, Tensor images, Settings settings, PhaseProgress progress)
    {
        using var scope = NewDisposeScope();
        var smoothing = new RandomizedSmoothing(settings.Sigma) { Samples = settings.Samples };
        using var certificate = smoothing.Certify(classifier, images);
        using var soft = new SmoothedClassifier(classifier, settings.Sigma);
        var (sorted, order) = certificate.Radii.sort();
        var certified = order.masked_select(sorted.greater(0));
        var broken = 0L;
        var chunks = certified.split(RowsAtATime);
        foreach (var rows in progress.Count(chunks, chunks.Length))
        {
            using var chunk = NewDisposeScope();
            var radii = certificate.Radii.index_select(0, rows);
            var classes = certificate.Classes.index_select(0, rows);
            var attack = AutoAttack.Standard(Norm.L2, radii.min().item<double>());
            using var attacked = attack.Run(soft, images.index_select(0, rows), Goal.Misclassify(classes));
            var predicted = smoothing.Predict(classifier, attacked.Inputs);

            // Abstaining is not another class: more samples would tell.
            var holds = predicted.eq(classes).logical_or(predicted.eq(RandomizedSmoothing.Abstained));
            broken += holds.logical_not().sum().item<long>();        }

        var radiiOfCertified = certificate.Radii.index_select(0, certified);
        var (smallest, median, largest) = (radiiOfCertified.min(), radiiOfCertified.median(), radiiOfCertified.max());
        return new(
            $"smoothed, σ = {settings.Sigma}", images.shape[0], certified.shape[0],
            $"L2, {smallest.item<double>():F3} to {largest.item<double>():F3}, median {median.item<double>():F3}", broken);
    }
}
