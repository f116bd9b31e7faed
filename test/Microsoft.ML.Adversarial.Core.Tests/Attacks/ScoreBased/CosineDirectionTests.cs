using Microsoft.ML.Adversarial.Attacks.RandomSearch;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.ScoreBased;

[TestClass]
public sealed class CosineDirectionTests
{
    [TestMethod]
    [DataRow(3, 5, 4, 1.0, 60)]
    [DataRow(2, 6, 6, 0.5, 18)]
    [DataRow(1, 1, 9, 1.0, 9)]
    [DataRow(1, 8, 8, 0.01, 1)]
    public void TheyAreOrthonormal(int channels, int height, int width, double share, int count)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        CosineDirections directions = new(new ImageShape(channels, height, width), share, CPU);
        Assert.AreEqual(count, directions.Count);
        Tensor all = directions.Of(arange(count), zeros(new long[] { count, channels, height, width }, ScalarType.Float64)).flatten(1);
        Assert.IsLessThan(1e-12, (all.mm(all.t()) - eye(count, dtype: ScalarType.Float64)).abs().max().item<double>());
    }

    [TestMethod]
    public void TheyAreTheWavesOfTheTransform()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        CosineDirections directions = new(new ImageShape(2, 4, 6), 1, CPU);
        // Channel 1, row frequency 2, column frequency 3.
        Tensor wave = directions.Of(tensor(new long[] { 24 + (2 * 6) + 3 }), zeros(new long[] { 1, 2, 4, 6 }, ScalarType.Float64))[0];
        for (int row = 0; row < 4; row++)
        {
            for (int column = 0; column < 6; column++)
            {
                double expected = Math.Sqrt(2.0 / 4) * Math.Cos(Math.PI * ((2 * row) + 1) * 2 / 8)
                    * Math.Sqrt(2.0 / 6) * Math.Cos(Math.PI * ((2 * column) + 1) * 3 / 12);
                Assert.AreEqual(expected, wave[1, row, column].item<double>(), 1e-12);
                Assert.AreEqual(0, wave[0, row, column].item<double>());
            }
        }
    }
}
