using Microsoft.ML.Adversarial.Classifiers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>
/// Kernel density and Bayesian uncertainty (Feinman et al. 2017, arXiv:1703.00410). The density part is −log of (1/n · Σ exp(−‖φ(x) −
/// φ(x_i)‖² / σ²)), φ the input of the last layer and x_i the n clean rows of the class that is predicted for x. The uncertainty part, for
/// networks with dropout, is the variance of the predicted probabilities over networks thinned by dropout, summed over classes. A network
/// without dropout has the first alone.
/// </summary>
/// <remarks>
/// Departures from the paper: the parts are combined without adversarial rows (see <see cref="CombinedDetector"/>), where the paper trains
/// a logistic regression on them; of each class at most <see cref="RowsPerClass"/> rows are kept; the bandwidth σ follows from the data,
/// where the paper searches a grid for the largest likelihood; and all rows see the same thinned networks, so that a row's score depends on
/// that row alone and can be repeated. The network stays in evaluation mode, no global random number is drawn. What is sampled is dropout
/// of this library's networks and TorchSharp's Dropout, Dropout1d, Dropout2d and Dropout3d; other random layers stay as they are. What is
/// learnt takes n·D numbers per class for D features.
/// </remarks>
[DetectorName("kde")]
public sealed record KernelDensityUncertainty : CombinedDetector
{
    private const string Features = "features";
    private const string Classes = "classes";
    private const string Sigma = "bandwidth";

    private readonly double? _bandwidth;
    private readonly int _rowsPerClass = 1000;
    private readonly int _samples = 50;

    /// <summary>
    /// The bandwidth σ, above 0, in the units of the features; null for √(2/D · mean r²), r the distance of a kept row to the nearest other
    /// of its class and D the number of features. This has the largest likelihood, leaving each row out of its own density, where the
    /// nearest row decides it. Default null.
    /// </summary>
    public double? Bandwidth
    {
        get => _bandwidth;
        init => _bandwidth = InRange(value, value is null or (> 0 and < double.PositiveInfinity), "> 0 and finite", nameof(Bandwidth));
    }

    /// <summary>How many clean rows of each class are kept, at most; at least 2. Default 1,000.</summary>
    public int RowsPerClass
    {
        get => _rowsPerClass;
        init => _rowsPerClass = InRange(value, value >= 2, ">= 2", nameof(RowsPerClass));
    }

    /// <summary>
    /// The number of thinned networks, each a forward pass; at least 2, or 0 for the density alone. Default 50, as in the paper.
    /// </summary>
    public int Samples
    {
        get => _samples;
        init => _samples = InRange(value, value is 0 or >= 2, "0 or >= 2", nameof(Samples));
    }

    /// <summary>Decides which rows are kept and what dropout leaves out. Default 0.</summary>
    public long Seed { get; init; }

    private protected override Dictionary<string, Tensor> LearnParts(NetworkClassifier classifier, Tensor inputs, Tensor labels)
    {
        DetectorInputs.RequireRowsOfEachClass(labels, classifier.ClassCount, atLeast: 2, nameof(KernelDensityUncertainty));
        var chosen = Choose(labels, classifier.ClassCount);
        var features = RowBatches.Map(chosen, rows =>
            classifier.HiddenLayers.Run(classifier.Logits, inputs.index_select(0, rows.to(inputs.device))).Last);
        var classes = labels.index_select(0, chosen);
        var bandwidth = Bandwidth ?? LikeliestBandwidth(features, classes, classifier.ClassCount);
        return new()
        {
            [Features] = features,
            [Classes] = classes,
            [Sigma] = tensor(bandwidth, ScalarType.Float64, classifier.Device),
        };
    }

    private protected override (IReadOnlyList<LearntTensor> Tensors, long PartCount) ExpectParts(
        NetworkClassifier classifier, IReadOnlyDictionary<string, Tensor> state)
    {
        var rows = LearntTensor.RowsOf(state, Features);
        var classes = new LearntTensor(Classes, ScalarType.Int64, [rows]) { Minimum = 0, Maximum = classifier.ClassCount - 1 };
        classes.Require(state);
        DetectorInputs.RequireRowsOfEachClass(state[Classes], classifier.ClassCount, atLeast: 1, nameof(KernelDensityUncertainty));
        IReadOnlyList<LearntTensor> tensors =
        [
            classes,
            new(Features, classifier.ElementType, [rows, HiddenWidths.OfLast(classifier)]),
            new(Sigma, ScalarType.Float64, []) { Minimum = double.Epsilon },
        ];
        return (tensors, SamplesDropout(classifier) ? 2 : 1);
    }

    private protected override Tensor Parts(NetworkClassifier classifier, IReadOnlyDictionary<string, Tensor> state, Tensor inputs)
    {
        var pass = classifier.HiddenLayers.Run(classifier.Logits, inputs);
        var predicted = pass.Logits.argmax(1, keepdim: true);
        var density = NegativeLogDensity(state, pass.Last, predicted);
        return SamplesDropout(classifier)
            ? stack([density, Uncertainty(classifier, inputs, predicted)], 1)
            : density.unsqueeze(1);
    }

    private static Tensor NegativeLogDensity(IReadOnlyDictionary<string, Tensor> state, Tensor features, Tensor predicted)
    {
        using var scope = NewDisposeScope();
        var distances = Distances(features, state[Features]) / state[Sigma];
        var others = state[Classes].unsqueeze(0).ne(predicted);
        var count = others.logical_not().sum(1).to(ScalarType.Float64);
        return (count.log() - (-distances.square()).masked_fill(others, double.NegativeInfinity).logsumexp(1)).MoveToOuterDisposeScope();
    }

    // The variance of the probabilities, summed over classes. That of the predicted class is taken from the sum of the others, which keeps
    // its digits where its probability rounds to 1 in all samples.
    private Tensor Uncertainty(NetworkClassifier classifier, Tensor inputs, Tensor predicted)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)Seed);
        var mean = zeros([inputs.shape[0], classifier.ClassCount], ScalarType.Float64, classifier.Device);
        var squares = zeros_like(mean);
        for (var sample = 1; sample <= Samples; sample++)
        {
            using var iteration = NewDisposeScope();
            var logits = classifier.DropoutLayers.Sample(classifier.Logits, inputs, generator).to(ScalarType.Float64);
            var others = logits.softmax(1).scatter(1, predicted, zeros_like(predicted, ScalarType.Float64));
            var probabilities = others.scatter(1, predicted, -others.sum(1, keepdim: true));
            var change = probabilities - mean;
            mean.add_(change / sample);
            squares.add_(change * (probabilities - mean));
        }

        return (squares.sum(1) / Samples).MoveToOuterDisposeScope();
    }

    private bool SamplesDropout(NetworkClassifier classifier) => Samples > 0 && classifier.DropoutLayers.Any;

    /// <summary>Up to <see cref="RowsPerClass"/> random rows of each class, on the device of the labels.</summary>
    private Tensor Choose(Tensor labels, int classCount)
    {
        using var generator = new Generator((ulong)Seed);
        var order = randperm(labels.shape[0], generator: generator).to(labels.device);
        var classes = labels.index_select(0, order);
        return cat([.. Enumerable.Range(0, classCount).Select(index =>
        {
            var rows = order.masked_select(classes.eq(index));
            return rows.narrow(0, 0, Math.Min(RowsPerClass, rows.shape[0]));
        })]);
    }

    private static double LikeliestBandwidth(Tensor features, Tensor classes, int classCount)
    {
        using var scope = NewDisposeScope();
        var nearest = Enumerable.Range(0, classCount).Select(index =>
        {
            var members = features.index_select(0, classes.eq(index).nonzero().flatten());
            return RowBatches.Map(arange(members.shape[0], device: members.device), rows =>
            {
                var distances = Distances(members.index_select(0, rows), members);
                var itself = rows.unsqueeze(1);
                return distances.scatter(1, itself, full_like(itself, double.PositiveInfinity, ScalarType.Float64)).amin([1]);
            });
        });
        var squares = cat([.. nearest]).square().mean().item<double>();

        // Equal rows differ by rounding, which depends on their places in the batch: a bandwidth made of that would tell nothing.
        var noise = BatchNoise.ShareIn(features) * features.to(ScalarType.Float64).square().sum(1).mean().sqrt().item<double>();
        return squares > noise * noise
            ? Math.Sqrt(2.0 / features.shape[1] * squares)
            : throw new ArgumentException(
                $"{nameof(KernelDensityUncertainty)}: expected rows that differ in the last hidden layer, got none that differ from the nearest of their class. Fit it on other rows, or set {nameof(Bandwidth)}.");
    }

    // Squares by matrix products would lose the digits of small distances.
    private static Tensor Distances(Tensor from, Tensor to) =>
        cdist(from.to(ScalarType.Float64), to.to(ScalarType.Float64), compute_mode: compute_mode.donot_use_mm_for_euclid_dist);
}
