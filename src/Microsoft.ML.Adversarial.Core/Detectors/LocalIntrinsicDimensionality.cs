using Microsoft.ML.Adversarial.Classifiers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>
/// Local intrinsic dimensionality, layer by layer (Ma et al. 2018, arXiv:1801.02613, equation 4): with r₁ ≤ … ≤ r_k the distances of a
/// layer's features to the k nearest of a reference batch of clean rows, −(1/k · Σ log(r_i / r_k))⁻¹. Adversarial inputs tend to lie where
/// it is high.
/// </summary>
/// <remarks>
/// Departures from the paper: the layers are combined without adversarial rows (see <see cref="CombinedDetector"/>), where the paper trains
/// a logistic regression on them; the layers are the outputs of all Linear and convolution layers but the logits, averaged over positions,
/// where the paper takes every layer's output whole; and the reference rows are drawn once, where the paper draws new ones for every batch.
/// A reference row that equals the input, up to rounding (nearer than 1/10,000 of the distance to the (k + 1)-th), is left out, so that a
/// row of the reference is scored as others. Where all distances are equal the estimate is unbounded: it is cut at 1,000,000. What is
/// learnt takes R·D numbers for a layer of D features.
/// </remarks>
[DetectorName("lid")]
public sealed record LocalIntrinsicDimensionality : CombinedDetector
{
    private const double SameRow = 1e-4;
    private const double SmallestSum = 1e-6;

    private readonly int _neighbours = 20;
    private readonly int _referenceRows = 1000;

    /// <summary>The number k of nearest neighbours, at least 2. Default 20, as in the paper.</summary>
    public int Neighbours
    {
        get => _neighbours;
        init => _neighbours = InRange(value, value >= 2, ">= 2", nameof(Neighbours));
    }

    /// <summary>
    /// How many of the clean rows make the reference batch, at most; above <see cref="Neighbours"/>. Default 1,000; the paper takes 100.
    /// </summary>
    public int ReferenceRows
    {
        get => _referenceRows;
        init => _referenceRows = InRange(value, value >= 3, ">= 3", nameof(ReferenceRows));
    }

    /// <summary>Decides which rows make the reference batch. Default 0.</summary>
    public long Seed { get; init; }

    private protected override Dictionary<string, Tensor> LearnParts(NetworkClassifier classifier, Tensor inputs, Tensor labels)
    {
        var count = Math.Min(ReferenceRows, inputs.shape[0]);
        RequireEnough(count);
        using var generator = new Generator((ulong)Seed);
        var chosen = randperm(inputs.shape[0], generator: generator).narrow(0, 0, count).to(inputs.device);
        var layers = LayerWidths(classifier).Select(_ => new List<Tensor>()).ToArray();
        RowBatches.ForEach(chosen, (_, rows) =>
        {
            var features = classifier.HiddenLayers.Run(classifier.Logits, inputs.index_select(0, rows)).Layers;
            for (var layer = 0; layer < layers.Length; layer++)
            {
                layers[layer].Add(features[layer].MoveToOuterDisposeScope());
            }
        });
        return layers.Index().ToDictionary(pair => Reference(pair.Index), pair => cat(pair.Item, 0));
    }

    private protected override (IReadOnlyList<LearntTensor> Tensors, long PartCount) ExpectParts(
        NetworkClassifier classifier, IReadOnlyDictionary<string, Tensor> state)
    {
        var widths = LayerWidths(classifier);
        var rows = LearntTensor.RowsOf(state, Reference(0));
        RequireEnough(rows);
        var tensors = widths.Select((width, layer) => new LearntTensor(Reference(layer), classifier.ElementType, [rows, width]));
        return ([.. tensors], widths.Length);
    }

    private protected override Tensor Parts(NetworkClassifier classifier, IReadOnlyDictionary<string, Tensor> state, Tensor inputs)
    {
        var layers = classifier.HiddenLayers.Run(classifier.Logits, inputs).Layers;
        return stack([.. layers.Select((features, layer) => Dimension(features, state[Reference(layer)]))], 1);
    }

    private Tensor Dimension(Tensor features, Tensor reference)
    {
        using var scope = NewDisposeScope();
        // Squares by matrix products would lose the digits of small distances.
        var distances = cdist(
            features.to(ScalarType.Float64), reference.to(ScalarType.Float64), compute_mode: compute_mode.donot_use_mm_for_euclid_dist);
        var (nearest, _) = distances.topk(Neighbours + 1, 1, largest: false, sorted: true);
        var self = distances.less_equal(nearest.narrow(1, Neighbours, 1) * SameRow);
        var (others, _) = distances.masked_fill(self, double.PositiveInfinity).topk(Neighbours, 1, largest: false, sorted: true);

        // Many copies of one row may leave fewer than k others.
        var found = others.isfinite();
        var known = others.masked_fill(found.logical_not(), 1);
        var farthest = others.masked_fill(found.logical_not(), 0).amax([1], keepdim: true);
        var sum = (farthest / known).log().masked_fill(found.logical_not(), 0).sum(1);
        return (found.sum(1) / sum.clamp_min(SmallestSum * Neighbours)).MoveToOuterDisposeScope();
    }

    private void RequireEnough(long rows)
    {
        if (rows <= Neighbours)
        {
            throw new ArgumentException(
                $"{nameof(LocalIntrinsicDimensionality)} with {Neighbours} neighbours needs at least {Neighbours + 1} reference rows, got {rows}. Fit it on more clean rows, allow more reference rows, or take fewer neighbours.");
        }
    }

    private static long[] LayerWidths(NetworkClassifier classifier) =>
        HiddenWidths.RequireLayers(classifier, nameof(LocalIntrinsicDimensionality));

    private static string Reference(int layer) => $"{layer}.reference";
}
