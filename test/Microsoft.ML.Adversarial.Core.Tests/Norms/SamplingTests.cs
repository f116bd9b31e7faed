using Microsoft.ML.Adversarial.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Norms;

[TestClass]
public sealed class SamplingTests
{
    private static readonly long[] Keys = [.. Enumerable.Range(0, 400).Select(row => (long)row)];

    public static IEnumerable<object[]> Norms => new[] { "L0", "L1", "L1.5", "L2", "L3", "Linf" }.Select(name => new object[] { name });

    [TestMethod]
    [DynamicData(nameof(Norms))]
    public void SamplesLieInTheBallAndReachItsEdge(string name)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Norm norm = Norm.Parse(name);
        double epsilon = norm == Norm.L0 ? 4 : 0.5;

        Tensor samples = norm.Sample(torch.empty(400, 2, 5), epsilon, new RowRandom(1, Keys));

        Tensor sizes = norm.Measure(samples.to(ScalarType.Float64));
        Assert.IsLessThanOrEqualTo(epsilon * (1 + 1e-5), sizes.max().item<double>());
        Assert.IsGreaterThan(0.99 * epsilon, sizes.max().item<double>());
        Assert.IsLessThan(norm == Norm.L0 ? 0.1 : 0.1 * epsilon, samples.mean([0]).abs().max().item<float>(), "not centred");
        CollectionAssert.AreEqual(
            new float[50], norm.Sample(torch.empty(5, 10), 0, new RowRandom(1, Keys[..5])).abs().data<float>().ToArray());
    }

    [TestMethod]
    [DataRow("L1")]
    [DataRow("L2")]
    [DataRow("Linf")]
    public void SamplesAreUniform(string name)
    {
        // The size of a uniform point of a ball in D dimensions, over ε and to the power of D, is uniform: mean 1/2, variance 1/12.
        using DisposeScope scope = torch.NewDisposeScope();
        Norm norm = Norm.Parse(name);
        Tensor shares = (norm.Measure(norm.Sample(torch.empty([400, 6], ScalarType.Float64), 2, new RowRandom(1, Keys))) / 2).pow(6);
        Assert.AreEqual(0.5, shares.mean().item<double>(), 0.05);
        Assert.AreEqual(1 / 12.0, shares.var().item<double>(), 0.01);
    }

    [TestMethod]
    [DynamicData(nameof(Norms))]
    public void ARowsSampleDependsOnItsKeyAndTheSeedAlone(string name)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Norm norm = Norm.Parse(name);
        byte[] Sample(long seed, params long[] keys)
        {
            Tensor samples = norm.Sample(torch.empty(keys.Length, 20), 3, new RowRandom(seed, keys));
            return SmallNetwork.Bits(samples[keys.Length - 1]);
        }

        byte[] expected = Sample(1, 7);
        CollectionAssert.AreEqual(expected, Sample(1, 3, 5, 7));
        CollectionAssert.AreNotEqual(expected, Sample(2, 7));
        CollectionAssert.AreNotEqual(expected, Sample(1, 7, 8));
    }

    [TestMethod]
    public void DrawsAndStreamsDiffer()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor like = torch.empty(2, 8);
        RowRandom random = new(1, [5, 6]);
        byte[] first = SmallNetwork.Bits(random.Uniform(like, 0, 1));
        byte[] second = SmallNetwork.Bits(random.Uniform(like, 0, 1));
        byte[] selected = SmallNetwork.Bits(random.Select([0, 1], 1).Uniform(like, 0, 1));

        CollectionAssert.AreNotEqual(first, second);
        CollectionAssert.AreNotEqual(first, selected);
        CollectionAssert.AreEqual(first, SmallNetwork.Bits(new RowRandom(1, [5, 6]).Uniform(like, 0, 1)));
        CollectionAssert.AreEqual(selected, SmallNetwork.Bits(new RowRandom(1, [0, 5, 6]).Select([1, 2], 1).Uniform(like, 0, 1)));
    }
}
