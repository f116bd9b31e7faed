using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Explanations;

/// <summary>One output of a classifier for each of some rows, as a function of their features.</summary>
internal sealed class OutputFunction
{
    private readonly IDifferentiableClassifier _classifier;
    private readonly ExplainedOutput _output;
    private readonly Tensor _classes;

    private OutputFunction(IDifferentiableClassifier classifier, ExplainedOutput output, Tensor classes) =>
        (_classifier, _output, _classes) = (classifier, output, classes);

    /// <summary>Decides which logit each row is about; the classes belong to the caller's scope.</summary>
    public static OutputFunction At(IDifferentiableClassifier classifier, ExplainedOutput output, Tensor inputs, Tensor? labels)
    {
        using var noGrad = no_grad();
        using var logits = classifier.Logits(inputs);
        return new(classifier, output, output.Classes(logits, labels));
    }

    /// <summary>The logit of a class of each row, which are given as [N].</summary>
    public static OutputFunction OfLogits(IDifferentiableClassifier classifier, Tensor classes) => new(classifier, ExplainedOutput.Label, classes);

    /// <summary>The function for some of the rows, which may repeat.</summary>
    public OutputFunction Select(Tensor rows) => new(_classifier, _output, _classes.index_select(0, rows));

    /// <summary>The output, shape [N].</summary>
    public Tensor Value(Tensor inputs)
    {
        using var noGrad = no_grad();
        using var logits = _classifier.Logits(inputs);
        return _output.Value(logits, _classes);
    }

    /// <summary>The gradient of the output with respect to the features, shape [N, …].</summary>
    public Tensor Gradient(Tensor inputs)
    {
        using var grad = enable_grad();
        using var leaf = inputs.detach().clone().requires_grad_();
        return _classifier.InputGradient(leaf, logits => _output.Cotangent(logits, _classes));
    }
}
