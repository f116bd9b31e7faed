using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Norms;

[TestClass]
public sealed class L1RegionTests
{
    private const int Rows = 20;
    private const int Features = 12;

    [TestMethod]
    [DataRow(0.01)]
    [DataRow(1.5)]
    [DataRow(100.0)]
    public void AStepSpendsItsLengthWhereSlopesAreLargest(double length)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor inputs = TestNetworks.Uniform([Rows, Features], type: ScalarType.Float64);
        Tensor gradient = TestNetworks.Normal([Rows, Features]);
        Tensor expected = inputs.clone();
        for (int row = 0; row < Rows; row++)
        {
            double left = length;
            foreach (int feature in Enumerable.Range(0, Features).OrderByDescending(at => Math.Abs(gradient[row, at].item<double>())))
            {
                double value = inputs[row, feature].item<double>();
                double end = gradient[row, feature].item<double>() > 0 ? 1 : 0;
                double move = Math.Min(left, Math.Abs(end - value));
                expected[row, feature] = value + (Math.Sign(end - value) * move);
                left -= move;
            }
        }

        Tensor alike = inputs.clone();
        Norm.L1.Around(inputs, 1000, InputBounds.Unit).Step_(alike, gradient, length);
        Tensor rowByRow = inputs.clone();
        Norm.L1.Around(inputs, 1000, InputBounds.Unit).Step_(rowByRow, gradient, torch.full([Rows], length, ScalarType.Float64));

        Assert.IsLessThan(1e-12, (alike - expected).abs().max().item<double>());
        Assert.IsTrue(rowByRow.eq(alike).all().item<bool>());
    }

    [TestMethod]
    public void WithoutBoundsAStepIsThatOfTheNorm()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor inputs = TestNetworks.Normal([Rows, Features]);
        Tensor gradient = TestNetworks.Normal([Rows, Features], seed: 2);
        Tensor moved = inputs.clone();
        Norm.L1.Around(inputs, 3, InputBounds.Unbounded).Step_(moved, gradient, 2);
        Assert.IsLessThan(1e-12, (moved - inputs - (2 * Norm.L1.SteepestDirection(gradient))).abs().max().item<double>());
    }
}
