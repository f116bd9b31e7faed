using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Trees;

/// <summary>
/// A tree ensemble as a classifier: its logits are the raw sums of the trees. It has no gradients; attacks that need scores only work on it, and
/// those of this namespace, which read the trees. Works on the CPU with inputs of type Float32.
/// </summary>
public sealed class TreeClassifier : IClassifier, IQueryCounter
{
    private long _queryCount;

    /// <summary>A classifier of inputs with as many features as the ensemble has.</summary>
    /// <param name="ensemble">The trees.</param>
    /// <param name="bounds">The values that inputs may take, in the units of the feature column.</param>
    /// <exception cref="ArgumentException">The bounds are for another number of features.</exception>
    public TreeClassifier(TreeEnsemble ensemble, InputBounds bounds)
    {
        ArgumentNullException.ThrowIfNull(ensemble);
        ArgumentNullException.ThrowIfNull(bounds);
        if (!bounds.Fit(ensemble.FeatureCount))
        {
            throw new ArgumentException($"Expected one pair of bounds, or one for each of {ensemble.FeatureCount} features, got {bounds.Lower.Count}.", nameof(bounds));
        }

        (Ensemble, Bounds) = (ensemble, bounds);
    }

    /// <summary>The trees.</summary>
    public TreeEnsemble Ensemble { get; }

    /// <inheritdoc/>
    public IReadOnlyList<long> InputShape => [Ensemble.FeatureCount];

    /// <inheritdoc/>
    public int ClassCount => Ensemble.ClassCount;

    /// <inheritdoc/>
    public InputBounds Bounds { get; }

    /// <inheritdoc/>
    public ScalarType ElementType => ScalarType.Float32;

    /// <inheritdoc/>
    public Device Device => CPU;

    /// <inheritdoc/>
    public long QueryCount => Interlocked.Read(ref _queryCount);

    /// <inheritdoc/>
    public Tensor Logits(Tensor inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        Interlocked.Add(ref _queryCount, inputs.size(0));
        using var scope = NewDisposeScope();
        var rows = ClassifierInputs.Shaped(this, inputs.detach()).contiguous();
        var (count, nodes) = ((int)rows.shape[0], Ensemble.Nodes);
        var cells = PlainCells.Of(rows);
        var (logits, values) = (new float[count * ClassCount], new float[nodes.UsedFeatures.Length]);
        for (var row = 0; row < count; row++)
        {
            Used(cells.Slice(row * Ensemble.FeatureCount, Ensemble.FeatureCount), values);
            nodes.Logits(values, logits.AsSpan(row * ClassCount, ClassCount));
        }

        return tensor(logits, [count, ClassCount]).MoveToOuterDisposeScope();
    }

    /// <summary>Picks the used features of an input.</summary>
    internal void Used(ReadOnlySpan<float> input, Span<float> values)
    {
        var used = Ensemble.Nodes.UsedFeatures;
        for (var place = 0; place < used.Length; place++)
        {
            values[place] = input[used[place]];
        }
    }
}
