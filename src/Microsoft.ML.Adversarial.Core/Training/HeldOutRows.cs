using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Training.Losses;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training;

/// <summary>Rows that training does not see, and how a network does on them.</summary>
internal sealed class HeldOutRows(TrainingRows rows, TrainingLoss criterion)
{
    private const int BatchRows = 1000;

    // Attacking more would cost as much as training on them.
    private const int RobustRows = 1000;

    /// <summary>Judges a network in evaluation mode.</summary>
    public Judgement Judge(NetworkClassifier classifier, CancellationToken cancellation)
    {
        using var noGrad = no_grad();
        var (loss, correct) = (0.0, 0L);
        for (var start = 0L; start < rows.Count; start += BatchRows)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(BatchRows, rows.Count - start);
            var labels = rows.Labels.narrow(0, start, count);
            var logits = classifier.Module.call(rows.Inputs.narrow(0, start, count));
            loss += nn.functional.cross_entropy(logits / criterion.JudgedTemperature, labels, reduction: nn.Reduction.Sum).to(ScalarType.Float64).item<double>();
            correct += logits.argmax(1).eq(labels).sum().item<long>();
        }

        return new(loss / rows.Count, (double)correct / rows.Count, RobustAccuracy(classifier, cancellation));
    }

    private double? RobustAccuracy(NetworkClassifier classifier, CancellationToken cancellation)
    {
        var count = Math.Min(RobustRows, rows.Count);
        using var scope = NewDisposeScope();
        return criterion.RobustAccuracy(classifier, new(rows.Inputs.narrow(0, 0, count), rows.Labels.narrow(0, 0, count)), cancellation);
    }

    /// <summary>How a network does.</summary>
    internal sealed record Judgement(double Loss, double Accuracy, double? RobustAccuracy)
    {
        /// <summary>What is to be small: the share of rows that an attack breaks, or the cross-entropy.</summary>
        public double Criterion => RobustAccuracy is { } accuracy ? 1 - accuracy : Loss;
    }
}
