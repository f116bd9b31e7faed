using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transformations;

/// <summary>Every attack works on a classifier behind a transformation.</summary>
[TestClass]
public sealed class AttackThroughTests
{
    private readonly AttackTask task = new();

    public static IEnumerable<object[]> Attacks => AttackTable.Rows;

    [TestCleanup]
    public void FreeTask() => task.Dispose();

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void ItsResultsAreJudgedBehindTheTransformation(object attack)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        AttackCase one = (AttackCase)attack;
        BitDepthReduction transformation = new() { Bits = 6 };
        TransformedClassifier defended = TransformedClassifier.Of(task.Classifier, transformation);
        AttackResult result = one.Attack.Run(defended, task.Inputs, task.Goals[0]);

        Assert.IsTrue(result.Inputs.ge(0).logical_and(result.Inputs.le(1)).all().item<bool>(), "outside the bounds");
        Tensor size = one.Attack.ThreatModel.Norm.Measure(result.Inputs.to(ScalarType.Float64) - task.Inputs.to(ScalarType.Float64));
        Assert.IsLessThanOrEqualTo((one.Epsilon * (1 + 1e-5)) + 1e-6, size.max().item<double>(), "over the budget");
        Tensor predictions = TestNetworks.Predictions(task.Classifier, transformation.Apply(result.Inputs));
        CollectionAssert.AreEqual(predictions.data<long>().ToArray(), result.Predictions.data<long>().ToArray());
        Assert.IsTrue(result.Succeeded.logical_and(result.SucceededBefore.logical_not()).any().item<bool>(), "nothing was broken");
    }
}
