using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Certification;

[TestClass]
public sealed class RandomizedSmoothingTests
{
    private const double Sigma = 0.25;

    [TestMethod]
    public void ACertifiedRadiusComesCloseToTheDistanceAndNeverExceedsIt()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        double[] distances = [.. Enumerable.Range(0, 200).Select(row => ((row / 199.0) - 0.5) * 0.8)];
        using SmoothingCertificate certificate = new RandomizedSmoothing(Sigma) { Samples = 2_000 }.Certify(new HalfSpace(), HalfSpace.At(distances));

        double[] radii = certificate.Radii.data<double>().ToArray();
        long[] classes = certificate.Classes.data<long>().ToArray();
        for (int row = 0; row < distances.Length; row++)
        {
            if (classes[row] == RandomizedSmoothing.Abstained)
            {
                Assert.AreEqual(0, radii[row]);

                // Some of these took the wrong class from their first 100 samples.
                Assert.IsLessThan(0.5 * Sigma, Math.Abs(distances[row]));
                continue;
            }

            Assert.AreEqual(distances[row] > 0 ? 1 : 0, classes[row]);
            Assert.IsGreaterThan(0, radii[row]);
            // 200 rows that are wrong with probability 0.001 each: none is, with this seed.
            Assert.IsLessThanOrEqualTo(Math.Abs(distances[row]) + 1e-6, radii[row]);
            Assert.IsGreaterThan(0.75 * Math.Abs(distances[row]) - (0.2 * Sigma), radii[row]);
        }

        Assert.IsGreaterThan(1, classes.Count(label => label == RandomizedSmoothing.Abstained));
        Assert.IsFalse(certificate.WasCancelled);
    }

    [TestMethod]
    public void CertificatesAreWrongAtMostAsOftenAsStated()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        const int rows = 2_000;
        const double alpha = 0.1;
        double distance = 0.3 * Sigma;
        using SmoothingCertificate certificate = new RandomizedSmoothing(Sigma) { Alpha = alpha, Samples = 100, SelectionSamples = 20 }
            .Certify(new HalfSpace(), HalfSpace.At([.. Enumerable.Repeat(distance, rows)]));

        // A wrong class is wrong at any radius.
        long wrong = certificate.Classes.eq(0).logical_or(certificate.Radii.gt(distance + 1e-6)).sum().item<long>();

        // Within four standard deviations of the number that is allowed, and not far below the number that the bound's steps allow.
        Assert.IsLessThan((alpha * rows) + (4 * Math.Sqrt(alpha * (1 - alpha) * rows)), wrong);
        Assert.IsGreaterThan(0.4 * alpha * rows, wrong);
    }

    [TestMethod]
    public void TheRadiusIsThatOfTheVotes()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        RandomizedSmoothing smoothing = new(Sigma) { Samples = 1_000, BatchSize = 300 };
        using SmoothingCertificate certificate = smoothing.Certify(new HalfSpace(), HalfSpace.At(100, 0.1));
        double[] radii = certificate.Radii.data<double>().ToArray();

        // Far away all votes are for one class: the largest radius there is.
        double largest = special.ndtri(tensor(Math.Pow(0.001, 1.0 / 1_000))).item<double>() * Sigma;
        Assert.AreEqual(largest, radii[0], 1e-9);

        NoisyVotes votes = new(new HalfSpace(), Sigma, 300, SmoothingRun.Default);
        long[] counts = votes.Count(HalfSpace.At(0.1), key: 1, samples: 1_000, stream: 1)!;
        Assert.AreEqual(1_000, counts.Sum());
        double lower = ClopperPearson.Lower(counts[1], 1_000, 0.001);
        Assert.AreEqual(special.ndtri(tensor(lower)).item<double>() * Sigma, radii[1], 1e-12);
    }

    [TestMethod]
    public void VotesHaveTheProbabilityOfTheNormalDistribution()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        NoisyVotes votes = new(new HalfSpace(), Sigma, 500, SmoothingRun.Default);
        foreach (double distance in new[] { -0.5, -0.1, 0, 0.05, 0.3 })
        {
            const int samples = 40_000;
            long[] counts = votes.Count(HalfSpace.At(distance), key: 5, samples, stream: 0)!;
            double expected = special.ndtr(tensor(distance / Sigma)).item<double>();
            Assert.AreEqual(expected, counts[1] / (double)samples, 4.5 * Math.Sqrt(expected * (1 - expected) / samples));
        }
    }

    [TestMethod]
    public void PredictionAbstainsNearTheBoundaryOnly()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using Tensor classes = new RandomizedSmoothing(Sigma) { Samples = 1_000 }
            .Predict(new HalfSpace(), HalfSpace.At(-0.3, -0.1, -1e-4, 0, 1e-4, 0.1, 0.3));
        CollectionAssert.AreEqual(new long[] { 0, 0, -1, -1, -1, 1, 1 }, classes.data<long>().ToArray());
    }

    [TestMethod]
    public void PredictionNeedsASignificantMajority()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor row = HalfSpace.At(0.4);

        // All of n votes for one class: 2 · ½ⁿ is at most 0.001 from n = 11 on.
        foreach (int samples in new[] { 10, 11 })
        {
            using Tensor classes = new RandomizedSmoothing(0.01) { Samples = samples }.Predict(new HalfSpace(), row);
            Assert.AreEqual(samples == 11 ? 1 : RandomizedSmoothing.Abstained, classes.item<long>());
        }
    }

    [TestMethod]
    public void ARowDoesNotDependOnItsBatch()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = TestNetworks.Classifier(TestNetworks.Images);
        Tensor inputs = TestNetworks.Uniform([6, 3, 5, 5]);
        RandomizedSmoothing smoothing = new(0.5) { Samples = 300, BatchSize = 128 };
        SmoothingRun run = new() { Seed = 3, RowKeys = [10, 11, 12, 13, 14, 15] };
        using SmoothingCertificate all = smoothing.Certify(classifier, inputs, run);
        using Tensor predicted = smoothing.Predict(classifier, inputs, run);
        for (int row = 0; row < 6; row++)
        {
            Tensor one = inputs.narrow(0, row, 1);
            SmoothingRun alone = run with { RowKeys = [10 + row] };
            using SmoothingCertificate certificate = smoothing.Certify(classifier, one, alone);
            Assert.AreEqual(all.Classes[row].item<long>(), certificate.Classes.item<long>());
            Assert.AreEqual(all.Radii[row].item<double>(), certificate.Radii.item<double>());
            using Tensor flat = smoothing.Predict(classifier, one.flatten(1), alone);
            Assert.AreEqual(predicted[row].item<long>(), flat.item<long>());
        }

        using SmoothingCertificate other = smoothing.Certify(classifier, inputs, run with { Seed = 4 });
        Assert.IsFalse(other.Radii.eq(all.Radii).all().item<bool>(), "another seed draws other noise");
    }

    [TestMethod]
    public void NoiseLeavesTheBoundsAndCostsWhatIsSaid()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        HalfSpace classifier = new();
        using SmoothingCertificate certificate =
            new RandomizedSmoothing(1) { SelectionSamples = 70, Samples = 500 }.Certify(classifier, HalfSpace.At(0.2, 0.1));
        Assert.IsGreaterThan(3, classifier.Largest);
        Assert.AreEqual(2 * 570, classifier.Rows);
    }

    [TestMethod]
    public void ACancelledRunKeepsTheRowsThatAreDone()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using CancellationTokenSource cancellation = new();
        int passes = 0;
        HalfSpace classifier = new()
        {
            OnPass = () =>
            {
                if (++passes == 5)
                {
                    cancellation.Cancel();
                }
            },
        };

        // Three passes for each row.
        RandomizedSmoothing smoothing = new(Sigma) { SelectionSamples = 100, Samples = 1_000 };
        using SmoothingCertificate certificate =
            smoothing.Certify(classifier, HalfSpace.At(0.4, 0.4, 0.4), new() { Cancellation = cancellation.Token });
        CollectionAssert.AreEqual(new long[] { 1, -1, -1 }, certificate.Classes.data<long>().ToArray());
        Assert.IsTrue(certificate.WasCancelled);
        Assert.AreEqual(5, passes);
        Assert.AreEqual(0, certificate.Radii[1].item<double>());
    }

    [TestMethod]
    public void NothingIsTouchedAndNothingIsLeft()
    {
        using NetworkClassifier classifier = TestNetworks.Classifier(TestNetworks.Images);
        using Tensor inputs = TestNetworks.Uniform([3, 3, 5, 5]);
        RandomizedSmoothing smoothing = new(0.5) { Samples = 50 };
        Untouched untouched = new(classifier.Module, inputs);
        LiveTensors.AssertNoneLeft(() =>
        {
            SmoothingCertificate certificate = smoothing.Certify(classifier, inputs);
            return [certificate.Classes, certificate.Radii, smoothing.Predict(classifier, inputs)];
        });
        untouched.Verify();
    }

    [TestMethod]
    public void SettingsAndInputsOutOfRangeAreNamed()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        foreach (double sigma in new[] { 0, -1, double.NaN, double.PositiveInfinity })
        {
            Assert.Contains("Sigma", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new RandomizedSmoothing(sigma)).Message);
        }

        RandomizedSmoothing valid = new(0.1) { Samples = 10 };
        Assert.Contains("Samples", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => valid with { Samples = 0 }).Message);
        Assert.Contains("SelectionSamples", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => valid with { SelectionSamples = 0 }).Message);
        Assert.Contains("Alpha", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => valid with { Alpha = 0 }).Message);
        Assert.Contains("Alpha", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => valid with { Alpha = 1 }).Message);
        Assert.Contains("BatchSize", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => valid with { BatchSize = 0 }).Message);

        HalfSpace classifier = new();
        Assert.Contains("shape [N, 5]", Assert.ThrowsExactly<ArgumentException>(() => valid.Certify(classifier, zeros(2, 4))).Message);
        Assert.Contains("Float32", Assert.ThrowsExactly<ArgumentException>(() => valid.Predict(classifier, zeros([2, 5], ScalarType.Float64))).Message);
        Tensor broken = zeros(2, 5);
        broken[1, 2] = float.NaN;
        Assert.AreEqual(1, Assert.ThrowsExactly<AdversarialInputException>(() => valid.Certify(classifier, broken)).Row);
        SmoothingRun oneKey = new() { RowKeys = [1] };
        Assert.Contains(
            "2 rows, got 1", Assert.ThrowsExactly<ArgumentException>(() => valid.Certify(classifier, zeros(2, 5), oneKey)).Message);
        using SmoothingCertificate none = valid.Certify(classifier, zeros(0, 5));
        CollectionAssert.AreEqual(new long[] { 0 }, none.Radii.shape);
    }
}
