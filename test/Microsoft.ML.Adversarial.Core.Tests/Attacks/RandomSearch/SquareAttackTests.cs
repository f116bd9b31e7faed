using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.RandomSearch;

[TestClass]
public sealed class SquareAttackTests
{
    private const int Rows = 64;

    [TestMethod]
    [DataRow("Linf", 0.1)]
    [DataRow("L2", 1.5)]
    [DataRow("L1", 20.0)]
    public void MoreQueriesBreakMoreRowsAndBrokenRowsAskNoMore(string norm, double epsilon)
    {
        var (few, _) = Attack(new(Norm.Parse(norm), epsilon) { Queries = 10 });
        var (many, asked) = Attack(new(Norm.Parse(norm), epsilon) { Queries = 500 });
        Assert.IsGreaterThan(few, many);
        Assert.IsGreaterThan(Rows / 2, many);
        Assert.IsLessThanOrEqualTo(502L * Rows, asked);
        Assert.IsLessThan(0.6 * 500 * Rows, asked);
    }

    private static (long Broken, long Asked) Attack(SquareAttack attack)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier network = new(Golden.Network("mlp"), InputBounds.Unit);
        CountedPasses classifier = new(network);
        using AttackResult result = attack.Run(classifier, Mnist.Images(Rows), Goal.Misclassify(Mnist.Labels(Rows)));
        return (result.Succeeded.sum().item<long>(), classifier.Rows);
    }
}
