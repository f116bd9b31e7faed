using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.TestData;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>A classifier, inputs and both kinds of goal for attacks to work on. Every third row starts out misclassified.</summary>
internal class AttackedRows : IDisposable
{
    public AttackedRows(IClassifier classifier, Tensor inputs)
    {
        (Classifier, Inputs) = (classifier, inputs);
        using Tensor predictions = TestNetworks.Predictions(classifier, inputs);
        long[] predicted = predictions.data<long>().ToArray();
        Labels = tensor(predicted.Select((label, row) => row % 3 == 0 ? (label + 2) % classifier.ClassCount : label).ToArray());
        Targets = tensor(predicted.Select(label => (label + 1) % classifier.ClassCount).ToArray());
    }

    public IClassifier Classifier { get; }

    public Tensor Inputs { get; }

    public Tensor Labels { get; }

    public Tensor Targets { get; }

    public IReadOnlyList<Goal> Goals => [Goal.Misclassify(Labels), Goal.MisclassifyAs(Targets)];

    public virtual void Dispose()
    {
        Inputs.Dispose();
        Labels.Dispose();
        Targets.Dispose();
    }
}
