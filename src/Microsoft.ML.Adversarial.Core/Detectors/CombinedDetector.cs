using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>
/// A detector whose score is made of several parts, one per layer for instance. The parts have different scales; each is brought to mean 0
/// and standard deviation 1 on the clean rows of the fit, and combined without further learning. The papers train a logistic regression on
/// adversarial rows instead: that is stronger against the attacks it was trained on, and says nothing about others. A part that is the
/// same on all clean rows is shifted and not scaled.
/// </summary>
public abstract record CombinedDetector : Detector
{
    private const string Location = "location";
    private const string Scale = "scale";

    private readonly ScoreCombination _combination;

    private protected CombinedDetector()
    {
    }

    /// <summary>How the parts become one score. Default: their sum.</summary>
    public ScoreCombination Combination
    {
        get => _combination;
        init => _combination = InRange(
            value, Enum.IsDefined(value), string.Join(" or ", Enum.GetNames<ScoreCombination>()), nameof(Combination));
    }

    /// <summary>Learns what the parts need.</summary>
    private protected abstract Dictionary<string, Tensor> LearnParts(NetworkClassifier classifier, Tensor inputs, Tensor labels);

    /// <summary>What the tensors that the parts need must be like, and the number of parts.</summary>
    private protected abstract (IReadOnlyList<LearntTensor> Tensors, long PartCount) ExpectParts(
        NetworkClassifier classifier, IReadOnlyDictionary<string, Tensor> state);

    /// <summary>The parts of each row's score, shape [N, parts], float64.</summary>
    private protected abstract Tensor Parts(NetworkClassifier classifier, IReadOnlyDictionary<string, Tensor> state, Tensor inputs);

    /// <inheritdoc/>
    protected sealed override IReadOnlyDictionary<string, Tensor> Learn(NetworkClassifier classifier, Tensor inputs, Tensor labels)
    {
        var state = LearnParts(classifier, inputs, labels);
        var parts = RowBatches.Map(inputs, rows => Parts(classifier, state, rows));
        var location = parts.mean([0]);
        var deviation = (parts - location).square().mean([0]).sqrt();
        state[Location] = location;
        state[Scale] = where(deviation.gt(0), deviation, ones_like(deviation));
        return state;
    }

    /// <inheritdoc/>
    protected sealed override IReadOnlyList<LearntTensor> Expect(NetworkClassifier classifier, IReadOnlyDictionary<string, Tensor> state)
    {
        var (tensors, parts) = ExpectParts(classifier, state);
        return
        [
            .. tensors,
            new(Location, ScalarType.Float64, [parts]),
            new(Scale, ScalarType.Float64, [parts]) { Minimum = double.Epsilon },
        ];
    }

    /// <inheritdoc/>
    protected internal sealed override Tensor Score(
        NetworkClassifier classifier, IReadOnlyDictionary<string, Tensor> state, Tensor inputs)
    {
        ArgumentNullException.ThrowIfNull(state);
        var standardised = (Parts(classifier, state, inputs) - state[Location]) / state[Scale];
        return Combination == ScoreCombination.Sum ? standardised.sum(1) : standardised.amax([1]);
    }
}
