using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transformations;

/// <summary>
/// A classifier behind a transformation of its inputs, as one classifier: what an honest attack on such a defence attacks. Inputs, bounds and
/// budgets are those before the transformation, gradients come back through it as it declares (<see cref="InputTransformation.Gradient"/>).
/// A random transformation draws anew in each call, from a stream of this object's own that the seed decides, so that attacks can average over
/// it (Athalye et al. 2018, arXiv:1707.07397). May be used from several threads at once, which then share the stream.
/// </summary>
public class TransformedClassifier : IDifferentiableClassifier, IQueryCounter
{
    private readonly IDifferentiableClassifier _classifier;
    private readonly long _seed;
    private long _calls = -1;
    private long _queryCount;

    private TransformedClassifier(
        IDifferentiableClassifier classifier, InputTransformation transformation, IReadOnlyList<long> inputShape, long seed)
    {
        (_classifier, _seed) = (classifier, seed);
        Transformation = transformation;
        InputShape = inputShape;
        Bounds = new((float)transformation.Range.Lower, (float)transformation.Range.Upper);
    }

    /// <summary>What happens to inputs before the classifier sees them.</summary>
    public InputTransformation Transformation { get; }

    /// <summary>The shape of one input before the transformation, without the batch dimension.</summary>
    public IReadOnlyList<long> InputShape { get; }

    /// <inheritdoc/>
    public int ClassCount => _classifier.ClassCount;

    /// <summary>The values that an input may take before the transformation: its <see cref="InputTransformation.Range"/>.</summary>
    public InputBounds Bounds { get; }

    /// <inheritdoc/>
    public ScalarType ElementType => _classifier.ElementType;

    /// <inheritdoc/>
    public Device Device => _classifier.Device;

    /// <inheritdoc/>
    public long QueryCount => Interlocked.Read(ref _queryCount);

    /// <summary>Puts a transformation before a classifier; several compose.</summary>
    /// <param name="classifier">The classifier of transformed inputs; the caller keeps owning it.</param>
    /// <param name="transformation">What happens to inputs first.</param>
    /// <param name="inputShape">
    /// The shape of one input before the transformation; null for that of the classifier's, which the thermometer encoding does not keep.
    /// </param>
    /// <param name="seed">Decides random draws.</param>
    /// <returns>The whole; where the classifier shows the features of its last hidden layer, so does the whole.</returns>
    /// <exception cref="ArgumentException">The transformation does not make inputs of the classifier from inputs of this shape.</exception>
    public static TransformedClassifier Of(
        IDifferentiableClassifier classifier, InputTransformation transformation, IReadOnlyList<long>? inputShape = null, long seed = 0)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(transformation);
        if (inputShape is null && !transformation.KeepsShape)
        {
            throw new ArgumentException(
                $"{transformation.GetType().Name} changes the shape of inputs: expected their shape before it, got none.", nameof(inputShape));
        }

        long[] shape = [.. inputShape ?? classifier.InputShape];
        var transformed = transformation.OutputShape(shape);
        if (FeatureCount(transformed) != FeatureCount(classifier.InputShape))
        {
            throw new ArgumentException(
                $"Expected inputs [{string.Join(", ", classifier.InputShape)}] of the classifier, got [{string.Join(", ", transformed)}], which {transformation.GetType().Name} makes of [{string.Join(", ", shape)}].");
        }

        return classifier is IFeatureClassifier withFeatures
            ? new WithFeatures(withFeatures, transformation, shape, seed)
            : new TransformedClassifier(classifier, transformation, shape, seed);
    }

    /// <inheritdoc/>
    public Tensor Logits(Tensor inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        using var scope = NewDisposeScope();
        return _classifier.Logits(Seen(inputs)).MoveToOuterDisposeScope();
    }

    /// <summary>The same classifier with another stream of random draws, from its beginning.</summary>
    internal TransformedClassifier Restarted(long seed) => Of(
        _classifier is TransformedClassifier inner ? inner.Restarted(seed + 1) : _classifier, Transformation, InputShape, seed);

    private static long FeatureCount(IReadOnlyList<long> shape) => shape.Aggregate(1L, (product, size) => product * size);

    // What the classifier sees of inputs, shaped or flat.
    private Tensor Seen(Tensor inputs)
    {
        var rows = inputs.shape[0];
        Interlocked.Add(ref _queryCount, rows);
        var random = new RowRandom(_seed, RowRandom.FirstKeys(rows), stream: Interlocked.Increment(ref _calls));
        return Transformation.WithGradient(inputs.reshape([rows, .. InputShape]), random).reshape([rows, .. _classifier.InputShape]);
    }

    private sealed class WithFeatures(IFeatureClassifier classifier, InputTransformation transformation, IReadOnlyList<long> inputShape, long seed)
        : TransformedClassifier(classifier, transformation, inputShape, seed), IFeatureClassifier
    {
        public (Tensor Features, Tensor Logits) FeaturesAndLogits(Tensor inputs)
        {
            using var scope = NewDisposeScope();
            var (features, logits) = classifier.FeaturesAndLogits(Seen(inputs));
            return (features.MoveToOuterDisposeScope(), logits.MoveToOuterDisposeScope());
        }
    }
}
