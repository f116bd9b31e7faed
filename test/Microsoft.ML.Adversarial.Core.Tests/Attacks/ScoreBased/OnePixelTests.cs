using Microsoft.ML.Adversarial.Attacks.RandomSearch;
using Microsoft.ML.Adversarial.Norms;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.ScoreBased;

[TestClass]
public sealed class OnePixelTests
{
    [TestMethod]
    [DataRow(2.0, 2, 2)]
    [DataRow(3.0, 1, 3)]
    [DataRow(8.9, 2, 6)]
    public void ABudgetOfFeaturesBuysPixelsOfAllChannelsWhereItCan(double epsilon, int mostPlaces, int mostFeatures)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using AttackTask task = new();
        AttackResult result = new OnePixelAttack(Norm.L0, epsilon) { Queries = 100, PopulationSize = 10 }
            .Run(task.Classifier, task.Inputs, task.Goals[1]);
        Tensor changed = result.Inputs.ne(task.Inputs);
        Assert.IsLessThanOrEqualTo(mostPlaces, changed.any(1).flatten(1).sum(1).max().item<long>());
        Assert.IsLessThanOrEqualTo(mostFeatures, changed.flatten(1).sum(1).max().item<long>());
        Assert.IsGreaterThan(0L, changed.sum().item<long>());
    }

    [TestMethod]
    public void OfTwoPixelsAtOnePlaceTheLaterCounts()
    {
        PixelGenes genes = new(new ImageShape(2, 3, 4), 3);
        long[] features = new long[6];
        double[] values = new double[6];
        genes.Write([1.5, 2, 10, 11, 0, 0, 20, 21, 1, 2.9, 30, 31], features, values);
        CollectionAssert.AreEqual(new long[] { 6, 18, 0, 12, 6, 18 }, features);
        CollectionAssert.AreEqual(new double[] { 30, 31, 20, 21, 30, 31 }, values);
    }
}
