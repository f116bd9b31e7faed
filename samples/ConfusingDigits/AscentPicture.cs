using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Pictures;
using Quickstart;
using TorchSharp;

namespace ConfusingDigits;

/// <summary>Gradient ascent on the logit of another class, step by step: what the network wants to see before it reads that class.</summary>
internal static class AscentPicture
{
    private const double StepSize = 0.25;

    private static readonly long[] Shape = [1, Mnist.Size, Mnist.Size];
    private static readonly int[] Steps = [0, 2, 4, 8, 16, 32];

    public static PictureGrid Of(NetworkClassifier network, IReadOnlyList<ConfusingRow> digits, int from, int to)
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        var inputs = ConfusionPicture.Digits(digits);
        var ways = Steps.Select(steps => Climbed(network, inputs, steps, to)).ToArray();
        var logits = ways.Select(way => network.Logits(way)).ToArray();
        return new PictureGrid
        {
            Title = $"From {from} to {to}: ascent on z({to})",
            Headings = [.. Steps.Select(steps => $"{steps} steps")],
            Rows =
            [
                .. Enumerable.Range(0, digits.Count).Select(row => (IReadOnlyList<PictureTile?>)
                    [.. ways.Zip(logits, (way, z) => Tile(Values(way[row]), Values(z[row]), from, to))]),
            ],
            Notes =
            [
                new(FormattableString.Invariant($"Steps of {StepSize} in L2 along the gradient of z({to})."), PictureTone.Faint),
                new($"Green: read as {from}; red: as another digit.", PictureTone.Faint),
            ],
        };
    }

    // No budget: what stops the ascent is the range of a pixel alone.
    private static torch.Tensor Climbed(NetworkClassifier network, torch.Tensor inputs, int steps, int to)
    {
        if (steps == 0)
            return inputs;
        var ascent = new LogitAscent(Norm.L2, double.PositiveInfinity) { Steps = steps, StepSize = StepSize };
        return ascent.Run(network, inputs, Goal.MisclassifyAs(torch.full(inputs.shape[0], to, torch.ScalarType.Int64))).Inputs;
    }

    private static PictureTile Tile(float[] image, float[] logits, int from, int to)
    {
        var read = Array.IndexOf(logits, logits.Max());
        return PictureTile.Input(image, Shape) with
        {
            Captions =
            [
                new(FormattableString.Invariant($"z({from})={logits[from]:F1}")), new(FormattableString.Invariant($"z({to})={logits[to]:F1}")),
                new($"reads {read}", read == from ? PictureTone.Right : PictureTone.Wrong),
            ],
        };
    }

    private static float[] Values(torch.Tensor row) => row.contiguous().data<float>().ToArray();
}
