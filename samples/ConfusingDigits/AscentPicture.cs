using Microsoft.ML;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Pictures;
using Microsoft.ML.Adversarial.Trainers;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using Quickstart;

namespace ConfusingDigits;

/// <summary>Gradient ascent on the logit of another class, step by step: what the network wants to see before it reads that class.</summary>
internal static class AscentPicture
{
    private const double StepSize = 0.25;

    private static readonly long[] Shape = [1, Mnist.Size, Mnist.Size];
    private static readonly int[] Steps = [0, 2, 4, 8, 16, 32];

    public static PictureGrid Of(MLContext ml, NeuralNetworkMulticlassTransformer model, IDataView digits, int from, int to)
    {
        var rows = digits;
        var targeted = Towards(ml, rows, to);
        var ways = Steps.Select(steps => Climb(ml, model, targeted, steps)).ToArray();
        return new PictureGrid
        {
            Title = $"From {from} to {to}: ascent on z({to})",
            Headings = [.. Steps.Select(steps => $"{steps} steps")],
            Rows = [.. Enumerable.Range(0, ways[0].Count).Select(row => (IReadOnlyList<PictureTile?>)[.. ways.Select(way => Tile(way[row], from, to))])],
            Notes = [new(FormattableString.Invariant($"Steps of {StepSize} in L2 along the gradient of z({to}). Green: read as {from}; red: as another digit."), PictureTone.Faint)],
        };
    }

    private static PictureTile Tile(ClimbedRow row, int from, int to)
    {
        var read = Array.IndexOf(row.Logits, row.Logits.Max());
        return PictureTile.Input(row.AdversarialFeatures, Shape) with
        {
            Captions =
            [
                new(FormattableString.Invariant($"z({from})={row.Logits[from]:F1}")), new(FormattableString.Invariant($"z({to})={row.Logits[to]:F1}")),
                new($"reads {read}", read == from ? PictureTone.Right : PictureTone.Wrong),
            ],
        };
    }

    private static List<ClimbedRow> Climb(MLContext ml, NeuralNetworkMulticlassTransformer model, IDataView targeted, int steps)
    {
        if (steps == 0)
        {
            var unmoved = ml.Data.CreateEnumerable<ClimbedRow>(model.Transform(targeted), reuseRowObject: false, ignoreMissingColumns: true).ToList();
            unmoved.ForEach(row => row.AdversarialFeatures = row.Features);
            return unmoved;
        }

        // No budget: what stops the ascent is the range of a pixel alone.
        var ascent = new LogitAscent(Norm.L2, double.PositiveInfinity) { Steps = steps, StepSize = StepSize };
        var climbed = ml.Transforms.AdversarialAttack(model, ascent, new() { Target = "Target" }).Fit(targeted).Transform(targeted);
        var again = ml.Transforms.CopyColumns("Features", "AdversarialFeatures").Fit(climbed).Transform(climbed);
        return [.. ml.Data.CreateEnumerable<ClimbedRow>(model.Transform(again), reuseRowObject: false)];
    }

    private static IDataView Towards(MLContext ml, IDataView rows, int to)
    {
        var names = Enumerable.Range(0, Mnist.Digits).Select(digit => $"{digit}").ToArray();
        var classes = ml.Data.LoadFromEnumerable(names.Select(name => new ClassName { Name = name }));
        return ml.Transforms.Conversion.MapKeyToValue("Name", "Label")
            .Append(ml.Transforms.Conversion.MapValue("Next", names.Select(name => KeyValuePair.Create(name, $"{to}")), "Name"))
            .Append(ml.Transforms.Conversion.MapValueToKey("Target", "Next", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByOccurrence, keyData: classes))
            .Fit(rows).Transform(rows);
    }
}
