using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Classifiers;

[TestClass]
public sealed class InputBoundsTests
{
    [TestMethod]
    public void OnePairHoldsForEveryFeatureOrEachFeatureHasItsOwn()
    {
        InputBounds pair = new(-1, 2);
        InputBounds pairs = new([0, 0, 5], [1, 0, 7]);
        Assert.IsTrue(pair.IsUniform);
        Assert.IsFalse(pairs.IsUniform);
        Assert.IsTrue(pair.Fit(1000) && pairs.Fit(3));
        Assert.IsFalse(pairs.Fit(4));
        Assert.AreEqual("[-1, 2]", pair.ToString());
        Assert.AreEqual("3 pairs within [0, 7]", pairs.ToString());
    }

    [TestMethod]
    public void ImpossibleBoundsAreRefused()
    {
        AssertRefused("Expected a lower bound below the upper bound, got [1, 1].", () => new(1, 1));
        AssertRefused("Feature 0: expected lower <= upper, got [1, 0].", () => new(1, 0));
        AssertRefused("Feature 1: expected lower <= upper, got [0, NaN].", () => new([0, 0], [1, float.NaN]));
        AssertRefused("got 2 and 1", () => new([0, 0], [1]));
        AssertRefused("got 0 and 0", () => new([], []));
    }

    [TestMethod]
    public void TheFirstValueOutsideIsNamed()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        InputBounds bounds = new([0, 10], [1, 20]);
        bounds.RequireInside(torch.tensor(new float[,] { { 0, 10 }, { 1, 20 } }));

        var e = Assert.ThrowsExactly<AdversarialInputException>(
            () => bounds.RequireInside(torch.tensor(new float[,] { { 0, 10 }, { 1, 20.5f }, { -1, 0 } })));

        Assert.AreEqual((1L, 1), (e.Row, e.Feature));
        Assert.StartsWith("expected a value within the input bounds [10, 20], got 20.5.", e.Problem);
    }

    [TestMethod]
    public void UnboundedTakesEveryFiniteValue()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor largest = torch.tensor(new[,] { { float.MaxValue, float.MaxValue, float.MinValue } });
        InputBounds.Unbounded.RequireInside(largest);
        FiniteValues.Require(largest);
        FiniteValues.Require(largest.narrow(1, 0, 2));
        Assert.ThrowsExactly<AdversarialInputException>(() => FiniteValues.Require(largest * 2));
    }

    [TestMethod]
    public void OneGlanceMissesNothingWhereverItIs()
    {
        // 37 numbers: two blocks of 16 and a rest.
        foreach (InputBounds bounds in new[] { InputBounds.Unit, InputBounds.Unbounded, new(float.NegativeInfinity, 1) })
        {
            using DisposeScope scope = torch.NewDisposeScope();
            Tensor inputs = TestNetworks.Uniform([1, 37]);
            Assert.IsTrue(bounds.CertainlyHold(inputs));
            Assert.IsFalse(bounds.CertainlyHold(inputs.to(ScalarType.Float64)), "not certain of other types");
            foreach (float value in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
            {
                for (int feature = 0; feature < 37; feature++)
                {
                    Tensor broken = inputs.clone();
                    broken[0, feature] = torch.tensor(value);
                    Assert.IsFalse(bounds.CertainlyHold(broken), $"{value} at {feature}");
                }
            }
        }
    }

    [TestMethod]
    public void BoundsThatDoNotFitTheNetworkAreRefused()
    {
        using Network network = SmallNetwork.Created(TestNetworks.Images);
        var e = Assert.Throws<ArgumentException>(() => new NetworkClassifier(network, new([0, 0], [1, 1])));
        Assert.Contains("one pair of input bounds or 75, one per feature, got 2", e.Message);
    }

    private static void AssertRefused(string problem, Func<InputBounds> make) =>
        Assert.Contains(problem, Assert.Throws<ArgumentException>(make).Message);
}
