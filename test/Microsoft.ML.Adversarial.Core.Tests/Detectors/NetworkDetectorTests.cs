using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>Every detector that looks into a network against its definition in plain loops, in float64.</summary>
[TestClass]
public sealed class NetworkDetectorTests
{
    private const int FitRows = 36;
    private const int ScoredRows = 14;

    private readonly NaiveNetwork network = new();
    private readonly Tensor fitInputs = TestNetworks.Uniform([FitRows, 2, 4, 4], seed: 21, type: ScalarType.Float64);
    private readonly Tensor inputs = TestNetworks.Uniform([ScoredRows, 2, 4, 4], seed: 22, type: ScalarType.Float64) * 1.3 - 0.1;
    private readonly int[] labels = [.. Enumerable.Range(0, FitRows).Select(row => row * 7 % 3)];

    private double[][] Clean => NaiveNetwork.Rows(fitInputs);

    private double[][] Scored => NaiveNetwork.Rows(inputs);

    [TestCleanup]
    public void Free()
    {
        network.Dispose();
        fitInputs.Dispose();
        inputs.Dispose();
    }

    [TestMethod]
    [DataRow(ScoreCombination.Sum, 1e-4)]
    [DataRow(ScoreCombination.Maximum, 0.3)]
    public void MahalanobisDistance(ScoreCombination combination, double shrinkage) => AssertScores(
        Combined(row => [.. Enumerable.Range(0, 2).Select(layer => Distance(layer, shrinkage, row))], combination),
        new Mahalanobis { Combination = combination, Shrinkage = shrinkage }, 1e-8);

    [TestMethod]
    public void MahalanobisDistanceAfterPreprocessing()
    {
        const double Noise = 0.01;
        AssertScores(
            Combined(row => [.. Enumerable.Range(0, 2).Select(layer => Distance(layer, 0.01, Preprocessed(layer, row)))], ScoreCombination.Sum),
            new Mahalanobis { Shrinkage = 0.01, NoiseMagnitude = Noise }, 1e-8);

        double[] Preprocessed(int layer, double[] row) => [.. row.Select((value, feature) =>
            value - (Noise * Math.Sign(Slope(row, feature, moved => Distance(layer, 0.01, moved)))))];
    }

    [TestMethod]
    [DataRow(ScoreCombination.Sum, 5)]
    [DataRow(ScoreCombination.Maximum, 3)]
    public void LocalIntrinsicDimension(ScoreCombination combination, int neighbours) => AssertScores(
        Combined(row => [.. Enumerable.Range(0, 2).Select(layer => Dimension(layer, neighbours, row))], combination),
        new LocalIntrinsicDimensionality { Combination = combination, Neighbours = neighbours }, 1e-9);

    [TestMethod]
    public void KernelDensityWithABandwidth() => AssertScores(
        Combined(row => [NegativeLogDensity(row, 0.6)], ScoreCombination.Sum),
        new KernelDensityUncertainty { Bandwidth = 0.6 }, 1e-9);

    [TestMethod]
    public void KernelDensityWithTheLikeliestBandwidth()
    {
        double[][] last = [.. Clean.Select(row => network.Pass(row, null).Last)];
        double meanSquare = Enumerable.Range(0, FitRows).Average(row => Enumerable.Range(0, FitRows)
            .Where(other => other != row && labels[other] == labels[row]).Min(other => SquaredDistance(last[row], last[other])));

        AssertScores(
            Combined(row => [NegativeLogDensity(row, Math.Sqrt(2 * meanSquare / last[0].Length))], ScoreCombination.Sum),
            new KernelDensityUncertainty(), 1e-9);
    }

    [TestMethod]
    public void UncertaintyOfThinnedNetworks()
    {
        using NaiveNetwork thinned = new(dropout: 0.4);
        const int Samples = 7;
        using Generator generator = new(3);
        double[][] masks = [.. Enumerable.Range(0, Samples).Select(_ =>
        {
            using Tensor kept = torch.empty([1, 5], ScalarType.Float64).bernoulli_(0.6, generator);
            return kept.data<double>().Select(value => value / 0.6).ToArray();
        })];
        Assert.IsTrue(masks.Distinct().Count() > 1 && masks.Any(mask => mask.Contains(0)));

        AssertScores(
            Combined(row => [NegativeLogDensity(row, 0.6), Variance(row)], ScoreCombination.Sum),
            new KernelDensityUncertainty { Bandwidth = 0.6, Samples = Samples, Seed = 3 }, 1e-9, thinned);
        AssertScores(
            Combined(row => [NegativeLogDensity(row, 0.6)], ScoreCombination.Sum),
            new KernelDensityUncertainty { Bandwidth = 0.6, Samples = 0 }, 1e-9, thinned);

        double Variance(double[] row)
        {
            double[][] samples = [.. masks.Select(mask => NaiveNetwork.Softmax(thinned.Pass(row, mask).Logits))];
            return Enumerable.Range(0, NaiveNetwork.Classes).Sum(index =>
                samples.Average(sample => Math.Pow(sample[index] - samples.Average(other => other[index]), 2)));
        }
    }

    [TestMethod]
    public void GradientOfTheLoss()
    {
        foreach ((Norm norm, Func<double[], double> measure) in new (Norm, Func<double[], double>)[]
        {
            (Norm.L2, slopes => Math.Sqrt(slopes.Sum(slope => slope * slope))),
            (Norm.L1, slopes => slopes.Sum(Math.Abs)),
            (Norm.LInfinity, slopes => slopes.Max(Math.Abs)),
        })
        {
            double[] expected = [.. Scored.Select(row =>
            {
                int predicted = NaiveNetwork.Predicted(network.Logits(row));
                return measure([.. row.Select((_, feature) =>
                    Slope(row, feature, moved => -Math.Log(NaiveNetwork.Softmax(network.Logits(moved))[predicted])))]);
            })];
            AssertScores(expected, new GradientNorm { Norm = norm }, 1e-6);
        }
    }

    /// <summary>The loss is 0 in float64 here, and so would be its gradient as one takes it.</summary>
    [TestMethod]
    public void GradientOfTheLossOnSaturatedRows()
    {
        using NaiveNetwork saturated = new(sharpness: 400);
        double[] scores = Score(new GradientNorm(), saturated);
        for (int row = 0; row < ScoredRows; row++)
        {
            // −log p_ŷ = log(1 + S): its slope is that of S / (1 + S) · log S, S the sum of exp(z_k − z_ŷ) over the others.
            double[] logits = saturated.Logits(Scored[row]);
            int predicted = NaiveNetwork.Predicted(logits);
            double share = 1 / (1 + Math.Exp(-LogOthers(Scored[row])));
            double norm = Math.Sqrt(Scored[row].Select((_, feature) => Math.Pow(Slope(Scored[row], feature, LogOthers), 2)).Sum());
            Assert.AreEqual(1, scores[row] / (share * norm), 1e-5, $"row {row}");

            double LogOthers(double[] moved)
            {
                double[] other = saturated.Logits(moved);
                double[] differences = [.. other.Where((_, index) => index != predicted).Select(logit => logit - other[predicted])];
                return differences.Max() + Math.Log(differences.Sum(value => Math.Exp(value - differences.Max())));
            }
        }

        Assert.IsLessThan(1e-20, scores.Min());
    }

    [TestMethod]
    public void LargestMoveOverSqueezers()
    {
        double[] expected = [.. Scored.Select(row =>
        {
            double[] squeezed = [.. row.Select(value => Math.Round(value * 31) / 31)];
            return new[] { squeezed, Median(row) }.Max(other => NaiveNetwork.Softmax(network.Logits(row))
                .Zip(NaiveNetwork.Softmax(network.Logits(other)), (p, q) => Math.Abs(p - q)).Sum());
        })];
        AssertScores(expected, new FeatureSqueezing { NonLocalStrength = 0 }, 1e-10);

        static double[] Median(double[] row) => [.. row.Select((_, index) =>
        {
            (int channel, int y, int x) = (index / 16, index / 4 % 4, index % 4);
            double[] window = [.. new[] { (0, 0), (1, 0), (0, 1), (1, 1) }.Select(step =>
                row[(channel * 16) + (Math.Max(0, y - step.Item1) * 4) + Math.Max(0, x - step.Item2)])];
            return window.Order().ElementAt(2);
        })];
    }

    [TestMethod]
    public void SqueezingKeepsItsDigitsOnSaturatedRows()
    {
        using NaiveNetwork saturated = new(sharpness: 400);
        double[] scores = Score(new FeatureSqueezing { Bits = 12, MedianWindow = 0, NonLocalStrength = 0 }, saturated);
        int compared = 0;
        for (int row = 0; row < ScoredRows; row++)
        {
            double[] before = NaiveNetwork.Softmax(saturated.Logits(Scored[row]));
            double[] after = NaiveNetwork.Softmax(saturated.Logits([.. Scored[row].Select(value => Math.Round(value * 4095) / 4095)]));
            int predicted = NaiveNetwork.Predicted(before);
            double[] others = [.. before.Zip(after, (p, q) => p - q).Where((_, index) => index != predicted)];
            double expected = others.Sum(Math.Abs) + Math.Abs(others.Sum());
            compared += expected < 1e-18 ? 1 : 0;
            Assert.AreEqual(1, scores[row] / expected, 1e-6, $"row {row}");
        }

        Assert.IsGreaterThan(0, compared, "no row is saturated");
    }

    private static double Slope(double[] row, int feature, Func<double[], double> function)
    {
        const double Step = 1e-5;
        double[] above = [.. row];
        double[] below = [.. row];
        above[feature] += Step;
        below[feature] -= Step;
        return (function(above) - function(below)) / (2 * Step);
    }

    private static double SquaredDistance(double[] one, double[] other) => one.Zip(other, (a, b) => (a - b) * (a - b)).Sum();

    private double[] Combined(Func<double[], double[]> parts, ScoreCombination combination)
    {
        double[][] clean = [.. Clean.Select(parts)];
        int count = clean[0].Length;
        double[] means = [.. Enumerable.Range(0, count).Select(part => clean.Average(row => row[part]))];
        double[] deviations = [.. Enumerable.Range(0, count).Select(part => Math.Sqrt(clean.Average(row => Math.Pow(row[part] - means[part], 2))))];
        return [.. Scored.Select(row =>
        {
            IEnumerable<double> standardised = parts(row).Select((part, index) => (part - means[index]) / deviations[index]);
            return combination == ScoreCombination.Sum ? standardised.Sum() : standardised.Max();
        })];
    }

    private double Distance(int layer, double shrinkage, double[] row)
    {
        double[][] clean = [.. Clean.Select(one => network.Pass(one, null).Layers[layer])];
        int width = clean[0].Length;
        double[][] means = [.. Enumerable.Range(0, NaiveNetwork.Classes).Select(index => Enumerable.Range(0, width)
            .Select(unit => clean.Where((_, other) => labels[other] == index).Average(one => one[unit])).ToArray())];
        double[,] covariance = new double[width, width];
        for (int i = 0; i < width; i++)
        {
            for (int j = 0; j < width; j++)
            {
                covariance[i, j] = clean.Select((one, other) => (one[i] - means[labels[other]][i]) * (one[j] - means[labels[other]][j])).Average();
            }
        }

        double variance = Enumerable.Range(0, width).Average(unit => covariance[unit, unit]);
        for (int i = 0; i < width; i++)
        {
            for (int j = 0; j < width; j++)
            {
                covariance[i, j] = ((1 - shrinkage) * covariance[i, j]) + (i == j ? shrinkage * variance : 0);
            }
        }

        double[] features = network.Pass(row, null).Layers[layer];
        return means.Min(mean =>
        {
            double[] centred = [.. features.Zip(mean, (a, b) => a - b)];
            return centred.Zip(Solve(covariance, centred), (a, b) => a * b).Sum();
        });
    }

    // Gauss–Jordan elimination; the matrix is positive definite.
    private static double[] Solve(double[,] matrix, double[] right)
    {
        double[,] left = (double[,])matrix.Clone();
        double[] solution = [.. right];
        for (int pivot = 0; pivot < solution.Length; pivot++)
        {
            for (int row = 0; row < solution.Length; row++)
            {
                double factor = row == pivot ? 0 : left[row, pivot] / left[pivot, pivot];
                for (int column = 0; column < solution.Length; column++)
                {
                    left[row, column] -= factor * left[pivot, column];
                }

                solution[row] -= factor * solution[pivot];
            }
        }

        return [.. solution.Select((value, row) => value / left[row, row])];
    }

    private double Dimension(int layer, int neighbours, double[] row)
    {
        double[] features = network.Pass(row, null).Layers[layer];
        double[] nearest = [.. Clean.Select(one => Math.Sqrt(SquaredDistance(network.Pass(one, null).Layers[layer], features)))
            .Where(distance => distance > 1e-9).Order().Take(neighbours)];
        return -1 / nearest.Average(distance => Math.Log(distance / nearest[^1]));
    }

    private double NegativeLogDensity(double[] row, double bandwidth)
    {
        (_, double[] last, double[] logits) = network.Pass(row, null);
        return -Math.Log(Clean.Where((_, other) => labels[other] == NaiveNetwork.Predicted(logits))
            .Average(one => Math.Exp(-SquaredDistance(network.Pass(one, null).Last, last) / (bandwidth * bandwidth))));
    }

    private double[] Score(Detector detector, NaiveNetwork of)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using FittedDetector fitted = detector.Fit(of.Classifier, fitInputs, torch.tensor(labels, ScalarType.Int64));
        return fitted.Score(inputs).data<double>().ToArray();
    }

    private void AssertScores(double[] expected, Detector detector, double tolerance, NaiveNetwork? of = null)
    {
        double[] actual = Score(detector, of ?? network);
        Assert.IsGreaterThan(ScoredRows / 2, expected.Distinct().Count());
        for (int row = 0; row < ScoredRows; row++)
        {
            Assert.AreEqual(expected[row], actual[row], tolerance * Math.Max(1, Math.Abs(expected[row])), $"{detector}, row {row}");
        }
    }
}
