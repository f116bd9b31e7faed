using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Tool.Images;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Tool.Scoring;

/// <summary>Scores on a network. The columns are called as a model's are by default.</summary>
internal static class NetworkScores
{
    public static ScoreTable Score(
        NetworkClassifier network, ImageFiles images, DetectorEntry detector, int batchSize, Action<int> report,
        CancellationToken cancellation)
    {
        var fitted = detector.OnNetwork(network);
        var rows = new ScoreColumn<long>("Row");
        var labels = new ScoreColumn<long>("Label");
        var predictions = new ScoreColumn<long>("PredictedLabel");
        var probabilities = new ScoreColumn<float>("Probability");
        var scores = new ScoreColumn<float>(detector.Name);
        foreach (var (start, pixels) in images.Batches(batchSize, network.InputShape))
        {
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            using var original = pixels;
            if (cancellation.IsCancellationRequested)
            {
                break;
            }

            var inputs = original.to(network.ElementType, network.Device);
            var (probability, prediction) = network.Logits(inputs).softmax(1).max(1);
            rows.AddRange(Enumerable.Range(start, (int)original.shape[0]).Select(row => (long)row));
            predictions.AddRange(prediction.cpu().data<long>());
            probabilities.AddRange(Values(probability));
            scores.AddRange(Values(fitted.Score(inputs)));
            report(rows.Count);
        }

        labels.AddRange((images.Labels ?? []).Take(rows.Count));
        return new(images.Labels is null ? [rows, predictions, probabilities, scores] : [rows, labels, predictions, probabilities, scores]);
    }

    private static float[] Values(Tensor values) => values.to(ScalarType.Float32).cpu().data<float>().ToArray();
}
