using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Explanations;
using Microsoft.ML.Adversarial.Pictures;
using Quickstart;
using TorchSharp;

namespace ConfusingDigits;

/// <summary>Digits between two classes: the gradients of both logits, and the digit moved along each until the network reads that class.</summary>
internal static class ConfusionPicture
{
    // The whole way in small steps, so that a picture shows the least change that flips the prediction.
    private static readonly ConfusingLogits Look = new() { ProjectionFactor = 6, Steps = 60 };

    public static PictureGrid Of(string title, NetworkClassifier network, IReadOnlyList<ConfusingRow> rows)
    {
        using var scope = torch.NewDisposeScope();
        var inputs = Digits(rows);
        using var result = Look.Compute(network, inputs);
        return new ConfusingLogitsPicture { Title = title }.Draw(network, inputs, result, torch.tensor(rows.Select(row => (long)row.Digit).ToArray()));
    }

    /// <summary>The images of rows, [N, 1, 28, 28].</summary>
    public static torch.Tensor Digits(IReadOnlyList<ConfusingRow> rows) =>
        torch.tensor(rows.SelectMany(row => row.Features).ToArray()).reshape(rows.Count, 1, Mnist.Size, Mnist.Size);
}
