using Microsoft.ML.Adversarial.Classifiers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>
/// Mahalanobis distance to the nearest class, layer by layer (Lee et al. 2018, arXiv:1807.03888, section 2): the features of each hidden
/// layer, averaged over positions, are taken for class-conditional Gaussians with one covariance for all classes, and a layer's part of the
/// score is the smallest squared distance to a class mean.
/// </summary>
/// <remarks>
/// Departures from the paper: the layers are combined without adversarial rows (see <see cref="CombinedDetector"/>), where the paper trains
/// a logistic regression on them; the layers are the outputs of all Linear and convolution layers but the logits, before their activations,
/// where the paper takes the ends of residual blocks; the covariance is shrunk a little, where the paper takes a pseudo-inverse; and inputs
/// are not preprocessed unless <see cref="NoiseMagnitude"/> is set. What is learnt takes (C + D)·D numbers for a layer of D features and C
/// classes; fitting goes over the rows three times.
/// </remarks>
[DetectorName("mahalanobis")]
public sealed record Mahalanobis : CombinedDetector
{
    private readonly double _shrinkage = 1e-8;
    private readonly double _noiseMagnitude;

    /// <summary>
    /// How far each layer's covariance Σ is drawn to a multiple of the identity, (1 − s)·Σ + s·(tr Σ / D)·I, above 0 and at most 1, so that
    /// it can be inverted whatever the layer and the number of rows. Directions in which clean rows hardly vary are where tampering shows
    /// most, so less is stronger until rounding shows: below about 1e-10 in float32. Default 1e-8.
    /// </summary>
    public double Shrinkage
    {
        get => _shrinkage;
        init => _shrinkage = InRange(value, value is > 0 and <= 1, "> 0 and <= 1", nameof(Shrinkage));
    }

    /// <summary>
    /// The ε of the paper's input preprocessing, at least 0, in the units of the features: each layer is looked at for x − ε·sign(∇ₓ
    /// distance), a step that brings clean rows nearer to their class than others (equation 3). It costs a backward and a forward pass for
    /// each layer. Default 0: none.
    /// </summary>
    public double NoiseMagnitude
    {
        get => _noiseMagnitude;
        init => _noiseMagnitude = InRange(value, value is >= 0 and < double.PositiveInfinity, ">= 0 and finite", nameof(NoiseMagnitude));
    }

    /// <summary>Where <see cref="NoiseMagnitude"/> is 0: preprocessing follows signs, which have no gradient.</summary>
    public override bool IsDifferentiable => NoiseMagnitude == 0;

    private protected override Dictionary<string, Tensor> LearnParts(NetworkClassifier classifier, Tensor inputs, Tensor labels)
    {
        var counts = DetectorInputs.RequireRowsOfEachClass(labels, classifier.ClassCount, atLeast: 1, nameof(Mahalanobis));
        var widths = LayerWidths(classifier);
        var means = widths.Select(width => zeros([classifier.ClassCount, width], ScalarType.Float64, classifier.Device)).ToArray();
        ForEachLayer(classifier, inputs, (start, layer, features) =>
            means[layer].index_add_(0, labels.narrow(0, start, features.shape[0]), features, 1));
        var rowsOfClass = tensor(counts, ScalarType.Float64, classifier.Device).unsqueeze(1);
        foreach (var mean in means)
        {
            mean.div_(rowsOfClass);
        }

        var covariances = widths.Select(width => zeros([width, width], ScalarType.Float64, classifier.Device)).ToArray();
        ForEachLayer(classifier, inputs, (start, layer, features) =>
        {
            var centred = features - means[layer].index_select(0, labels.narrow(0, start, features.shape[0]));
            covariances[layer].add_(centred.t().mm(centred));
        });
        var state = new Dictionary<string, Tensor>();
        for (var layer = 0; layer < widths.Length; layer++)
        {
            var whitening = Whiten(covariances[layer] / inputs.shape[0]);
            state[Whitening(layer)] = whitening;
            state[Means(layer)] = means[layer].mm(whitening.t());
        }

        return state;
    }

    private protected override (IReadOnlyList<LearntTensor> Tensors, long PartCount) ExpectParts(
        NetworkClassifier classifier, IReadOnlyDictionary<string, Tensor> state)
    {
        var widths = LayerWidths(classifier);
        var tensors = widths.SelectMany((width, layer) => new LearntTensor[]
        {
            new(Whitening(layer), ScalarType.Float64, [width, width]),
            new(Means(layer), ScalarType.Float64, [classifier.ClassCount, width]),
        });
        return ([.. tensors], widths.Length);
    }

    private protected override Tensor Parts(NetworkClassifier classifier, IReadOnlyDictionary<string, Tensor> state, Tensor inputs)
    {
        if (NoiseMagnitude > 0)
        {
            return stack([.. LayerWidths(classifier).Select((_, layer) => PreprocessedPart(classifier, state, inputs, layer))], 1);
        }

        var layers = classifier.HiddenLayers.Run(classifier.Logits, inputs).Layers;
        return stack([.. layers.Select((features, layer) => NearestDistance(state, layer, features))], 1);
    }

    private Tensor PreprocessedPart(NetworkClassifier classifier, IReadOnlyDictionary<string, Tensor> state, Tensor inputs, int layer)
    {
        using var scope = NewDisposeScope();
        var leaf = inputs.clone().requires_grad_(true);
        using (enable_grad())
        {
            var distances = NearestDistance(state, layer, classifier.HiddenLayers.Run(classifier.Logits, leaf).Layers[layer]);

            // backward(inputs:) instead of autograd.grad: the latter ends the process on any native error.
            autograd.backward(distances.sum(), inputs: [leaf]);
        }

        var moved = leaf.detach() - (leaf.grad!.sign() * NoiseMagnitude);
        return NearestDistance(state, layer, classifier.HiddenLayers.Run(classifier.Logits, moved).Layers[layer]).MoveToOuterDisposeScope();
    }

    private static Tensor NearestDistance(IReadOnlyDictionary<string, Tensor> state, int layer, Tensor features)
    {
        var whitened = features.to(ScalarType.Float64).mm(state[Whitening(layer)].t());
        return cdist(whitened, state[Means(layer)], compute_mode: compute_mode.donot_use_mm_for_euclid_dist).square().amin([1]);
    }

    // L⁻¹ of Σ = LLᵀ, so that distances in Σ⁻¹ become Euclidean. A layer whose features never vary says nothing: everything becomes 0.
    private Tensor Whiten(Tensor covariance)
    {
        var width = covariance.shape[0];
        var variance = covariance.trace().item<double>() / width;
        if (variance == 0)
        {
            return zeros_like(covariance);
        }

        var identity = eye(width, width, ScalarType.Float64, covariance.device);
        var shrunk = (covariance * (1 - Shrinkage)) + (identity * (Shrinkage * variance));
        return linalg.solve_triangular(linalg.cholesky(shrunk), identity, upper: false);
    }

    private static void ForEachLayer(NetworkClassifier classifier, Tensor inputs, Action<long, int, Tensor> work) =>
        RowBatches.ForEach(inputs, (start, rows) =>
        {
            var layers = classifier.HiddenLayers.Run(classifier.Logits, rows).Layers;
            for (var layer = 0; layer < layers.Count; layer++)
            {
                work(start, layer, layers[layer].to(ScalarType.Float64));
            }
        });

    private static long[] LayerWidths(NetworkClassifier classifier) => HiddenWidths.RequireLayers(classifier, nameof(Mahalanobis));

    private static string Means(int layer) => $"{layer}.means";

    private static string Whitening(int layer) => $"{layer}.whitening";
}
