using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.TestData;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>A small network for attacks to work on.</summary>
internal sealed class AttackTask : AttackedRows
{
    public const int Rows = 9;

    public AttackTask()
        : base(TestNetworks.Classifier(TestNetworks.Images), TestNetworks.Uniform([Rows, 3, 5, 5]))
    {
    }

    public new NetworkClassifier Classifier => (NetworkClassifier)base.Classifier;

    public override void Dispose()
    {
        Classifier.Dispose();
        base.Dispose();
    }
}
