using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.Cascades;
using Microsoft.ML.Adversarial.Certification;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Certificates;

/// <summary>AutoAttack within the L∞ budget for which interval bounds certify a row.</summary>
internal static class IntervalBoxes
{
    public static Outcome Attack(NetworkClassifier classifier, Tensor images, Tensor labels, Settings settings)
    {
        using var scope = NewDisposeScope();
        var certified = new IntervalCertificate(classifier).Certify(images, labels, settings.Epsilon);
        using var attacked = AutoAttack.Standard(Norm.LInfinity, settings.Epsilon).Run(classifier, images, Goal.Misclassify(labels));
        var broken = certified.logical_and(attacked.Succeeded);
        return new("interval bounds", images.shape[0], certified.sum().item<long>(), $"L∞, {settings.Epsilon}", broken.sum().item<long>());
    }
}
