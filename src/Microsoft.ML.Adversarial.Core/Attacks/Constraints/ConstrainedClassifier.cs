using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Constraints;

/// <summary>
/// A classifier as an attack under constraints sees it: at the nearest valid inputs, since none but these will be judged, with the gradient there
/// in the features that are not frozen.
/// </summary>
internal class ConstrainedClassifier : IClassifier
{
    private readonly IClassifier _classifier;
    private readonly ValidInputs _valid;

    private ConstrainedClassifier(IClassifier classifier, ValidInputs valid) => (_classifier, _valid) = (classifier, valid);

    /// <summary>The classifier under constraints; as it is for methods that look into one particular kind.</summary>
    public static TClassifier Of<TClassifier>(TClassifier classifier, ValidInputs valid)
        where TClassifier : class, IClassifier
    {
        IClassifier constrained = classifier switch
        {
            IFeatureClassifier withFeatures => new WithFeatures(withFeatures, valid),
            IDifferentiableClassifier => new WithGradients(classifier, valid),
            _ => new ConstrainedClassifier(classifier, valid),
        };
        return constrained as TClassifier ?? classifier;
    }

    public IReadOnlyList<long> InputShape => _classifier.InputShape;

    public int ClassCount => _classifier.ClassCount;

    public InputBounds Bounds => _classifier.Bounds;

    public ScalarType ElementType => _classifier.ElementType;

    public Device Device => _classifier.Device;

    public Tensor Logits(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        return _classifier.Logits(Seen(inputs)).MoveToOuterDisposeScope();
    }

    private Tensor Seen(Tensor inputs)
    {
        var seen = _valid.Nearest(inputs.detach());
        if (!is_grad_enabled() || !inputs.requires_grad)
        {
            return seen;
        }

        // Adds nothing but the way back: the gradient at the valid inputs counts as that of these.
        var path = (inputs - inputs.detach()).flatten(1) * _valid.Free;
        return seen + path.reshape(inputs.shape);
    }

    private class WithGradients(IClassifier classifier, ValidInputs valid) : ConstrainedClassifier(classifier, valid), IDifferentiableClassifier;

    private sealed class WithFeatures(IFeatureClassifier classifier, ValidInputs valid) : WithGradients(classifier, valid), IFeatureClassifier
    {
        public (Tensor Features, Tensor Logits) FeaturesAndLogits(Tensor inputs)
        {
            using var scope = NewDisposeScope();
            var (features, logits) = classifier.FeaturesAndLogits(Seen(inputs));
            return (features.MoveToOuterDisposeScope(), logits.MoveToOuterDisposeScope());
        }
    }
}
