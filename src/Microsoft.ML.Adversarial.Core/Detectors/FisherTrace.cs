using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Fisher;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>
/// The trace of the Fisher information of one prediction, tr F = Σ_j p_j ‖∇_θ log p_j‖² (Martin &amp; Elster 2019, arXiv:1909.05527,
/// equation 5): how much the prediction depends on the exact parameters. Exact, also on saturated rows. It needs no fitting.
/// </summary>
public sealed class FisherTrace : IDifferentiableDetector
{
    private readonly NetworkClassifier _classifier;
    private readonly FisherInformation _information;
    private readonly FisherTraceMethod _method;

    /// <summary>The exact trace on a network.</summary>
    /// <param name="classifier">The network; the caller keeps owning it.</param>
    public FisherTrace(NetworkClassifier classifier)
        : this(classifier, FisherTraceMethod.Exact)
    {
    }

    /// <summary>The trace on a network, exact or, for many classes, by a bound or an estimate.</summary>
    /// <param name="classifier">The network; the caller keeps owning it.</param>
    /// <param name="method">How to find it.</param>
    public FisherTrace(NetworkClassifier classifier, FisherTraceMethod method)
    {
        ArgumentNullException.ThrowIfNull(method);
        _information = new(classifier);
        _classifier = classifier;
        _method = method;
    }

    /// <inheritdoc/>
    public Tensor Score(Tensor inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return _method is LeadingTrace leading
            ? tensor(PartialTrace.Of(_classifier, inputs, leading), dtype: _classifier.ElementType, device: _classifier.Device)
            : _information.Compute(inputs, FisherQuantities.Trace).Trace!;
    }

    /// <inheritdoc/>
    /// <remarks>That of the exact trace, by any method.</remarks>
    /// <exception cref="NotSupportedException">A layer of the network has no rule.</exception>
    public Tensor ScoreGradient(Tensor inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return ScoreGradients.Of(inputs, FisherScoreGraph.Rows, rows => FisherScoreGraph.Of(_classifier, rows).LogTrace());
    }
}
