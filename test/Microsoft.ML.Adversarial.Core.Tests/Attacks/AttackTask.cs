using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.TestData;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>A small network, inputs and both kinds of goal for attacks to work on. Every third row starts out misclassified.</summary>
internal sealed class AttackTask : IDisposable
{
    public const int Rows = 9;

    public AttackTask()
    {
        Classifier = TestNetworks.Classifier(TestNetworks.Images);
        Inputs = TestNetworks.Uniform([Rows, 3, 5, 5]);
        using Tensor predictions = TestNetworks.Predictions(Classifier, Inputs);
        long[] predicted = predictions.data<long>().ToArray();
        Labels = tensor(predicted.Select((label, row) => row % 3 == 0 ? (label + 2) % Classifier.ClassCount : label).ToArray());
        Targets = tensor(predicted.Select(label => (label + 1) % Classifier.ClassCount).ToArray());
    }

    public NetworkClassifier Classifier { get; }

    public Tensor Inputs { get; }

    public Tensor Labels { get; }

    public Tensor Targets { get; }

    public IReadOnlyList<Goal> Goals => [Goal.Misclassify(Labels), Goal.MisclassifyAs(Targets)];

    public void Dispose()
    {
        Classifier.Dispose();
        Inputs.Dispose();
        Labels.Dispose();
        Targets.Dispose();
    }
}
