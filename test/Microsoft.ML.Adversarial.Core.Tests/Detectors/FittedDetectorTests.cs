using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Fisher;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>Fitting, what was learnt, and what cannot be, of every detector of the table that can be fitted.</summary>
[TestClass]
public sealed class FittedDetectorTests
{
    private const int Rows = 90;

    private static readonly Detector[] Fitting =
    [
        new Mahalanobis(), new LocalIntrinsicDimensionality { ReferenceRows = 40 }, new KernelDensityUncertainty { RowsPerClass = 8, Samples = 3 },
    ];

    private readonly NetworkClassifier classifier = TestNetworks.Classifier(TestNetworks.Images);
    private readonly Tensor inputs = TestNetworks.Uniform([Rows, 3, 5, 5]);
    private readonly Tensor labels = torch.arange(Rows) % 4;

    public static IEnumerable<object[]> Detectors =>
        DetectorTable.All.Where(one => one.Detector is not null).Select(one => one.Detector!).Concat(Fitting).Distinct().Select(one => new object[] { one });

    public static IEnumerable<object[]> Learning => Fitting.Select(one => new object[] { one });

    [TestCleanup]
    public void Free()
    {
        classifier.Dispose();
        inputs.Dispose();
        labels.Dispose();
    }

    [TestMethod]
    [DynamicData(nameof(Detectors))]
    public void RestoredFromWhatItLearntItGivesTheSameBits(Detector detector)
    {
        using FittedDetector fitted = detector.Fit(classifier, inputs, labels);
        using MemoryStream file = new();
        Safetensors.Write(file, fitted.State, null);
        file.Position = 0;
        Dictionary<string, Tensor> state = Safetensors.Read(file);
        using FittedDetector restored = DetectorDescription.Of(detector).Create().Restore(classifier, state);
        foreach (Tensor tensor in state.Values)
        {
            tensor.Dispose();
        }

        Assert.AreEqual(detector, restored.Detector);
        using Tensor fresh = TestNetworks.Uniform([20, 3, 5, 5], seed: 8);
        using Tensor expected = fitted.Score(fresh);
        using Tensor actual = restored.Score(fresh);
        CollectionAssert.AreEqual(SmallNetwork.Bits(expected), SmallNetwork.Bits(actual));
    }

    [TestMethod]
    [DynamicData(nameof(Detectors))]
    public void FittingTwiceLearnsTheSameAndLeavesEverythingElse(Detector detector)
    {
        Untouched untouched = new(classifier.Module, inputs, labels);
        using FittedDetector one = detector.Fit(classifier, inputs, labels);
        FittedDetector other;
        using (torch.inference_mode())
        {
            other = detector.Fit(classifier, inputs, labels);
        }

        untouched.Verify();
        CollectionAssert.AreEqual(one.State.Keys.ToArray(), other.State.Keys.ToArray());
        foreach ((string name, Tensor tensor) in one.State)
        {
            CollectionAssert.AreEqual(SmallNetwork.Bits(tensor), SmallNetwork.Bits(other.State[name]), name);
        }

        other.Dispose();
    }

    [TestMethod]
    [DynamicData(nameof(Detectors))]
    public void OnlyWhatWasLearntStaysAlive(Detector detector)
    {
        detector.Fit(classifier, inputs, labels).Dispose();
        long before = LiveTensors.Count;
        FittedDetector fitted = detector.Fit(classifier, inputs, labels);
        Assert.AreEqual(fitted.State.Count, LiveTensors.Count - before);
        fitted.Dispose();
        Assert.AreEqual(before, LiveTensors.Count);

        using DisposeScope scope = torch.NewDisposeScope();
        using FittedDetector inScope = detector.Fit(classifier, inputs, labels);
        Assert.AreEqual(0, scope.DisposablesCount, "what was learnt belongs to the detector, not to a scope");
    }

    [TestMethod]
    public void ManyRowsAreWorkedOnInBatches()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor many = TestNetworks.Uniform([1200, 3, 5, 5], seed: 3);
        Tensor classes = torch.arange(1200) % 4;
        long largest = 0;
        Action remove = classifier.Module.register_forward_hook((_, rows, _) =>
        {
            largest = Math.Max(largest, rows.shape[0]);
            return null!;
        }).remove;
        foreach (Detector detector in Fitting)
        {
            using FittedDetector fitted = detector.Fit(classifier, many, classes);
            Tensor together = fitted.Score(many);
            Tensor last = fitted.Score(many.narrow(0, 1190, 10));
            Assert.IsLessThan(1e-3, (together.narrow(0, 1190, 10) - last).abs().max().item<float>() / together.std().item<float>(), $"{detector}");
        }

        remove();
        Assert.AreEqual(512, largest);
    }

    [TestMethod]
    [DynamicData(nameof(Detectors))]
    public void RowsThatDoNotFitAreRefused(Detector detector)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        AssertRefused("Expected inputs of shape [N, 3, 5, 5] or [N, 75], got [90, 4]", () => detector.Fit(classifier, torch.zeros(90, 4), labels));
        AssertRefused("Expected inputs of type Float32", () => detector.Fit(classifier, inputs.to(ScalarType.Float64), labels));
        AssertRefused("Expected labels of shape [90] and type Int64, got shape [89]", () => detector.Fit(classifier, inputs, labels.narrow(0, 0, 89)));
        AssertRefused("and type Int32", () => detector.Fit(classifier, inputs, labels.to(ScalarType.Int32)));
        AssertRefused("Expected clean rows to fit on, got none", () => detector.Fit(classifier, inputs.narrow(0, 0, 0), labels.narrow(0, 0, 0)));

        Tensor broken = inputs.clone();
        broken[17, 1, 0, 2] = float.NaN;
        var e = Assert.ThrowsExactly<AdversarialInputException>(() => detector.Fit(classifier, broken, labels));
        Assert.AreEqual((17L, (int?)27), (e.Row, e.Feature));
        Tensor impossible = labels.clone();
        impossible[5] = 4;
        Assert.AreEqual(5, Assert.ThrowsExactly<AdversarialInputException>(() => detector.Fit(classifier, inputs, impossible)).Row);

        using FittedDetector fitted = detector.Fit(classifier, inputs, labels);
        Assert.AreEqual(17, Assert.ThrowsExactly<AdversarialInputException>(() => fitted.Score(broken)).Row);
        AssertRefused("Expected inputs of shape", () => fitted.Score(torch.zeros(2, 4)));
        Assert.AreEqual(0, fitted.Score(inputs.narrow(0, 0, 0)).shape[0]);
        Assert.AreEqual(Rows, fitted.Score(inputs.flatten(1)).shape[0]);

        classifier.Module.train();
        Assert.Contains("training mode", Assert.ThrowsExactly<InvalidOperationException>(() => fitted.Score(inputs)).Message);
        Assert.Contains("training mode", Assert.ThrowsExactly<InvalidOperationException>(() => detector.Fit(classifier, inputs, labels)).Message);
        classifier.Module.eval();
    }

    [TestMethod]
    public void TooFewRowsAreRefused()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor withoutClass2 = labels.masked_fill(labels.eq(2), 1);
        AssertRefused("Mahalanobis needs at least 1 rows of each class, got 0 of class 2", () => new Mahalanobis().Fit(classifier, inputs, withoutClass2));
        AssertRefused(
            "KernelDensityUncertainty needs at least 2 rows of each class, got 1 of class 0",
            () => new KernelDensityUncertainty().Fit(classifier, inputs.narrow(0, 0, 4), labels.narrow(0, 0, 4)));
        AssertRefused(
            "with 20 neighbours needs at least 21 reference rows, got 20",
            () => new LocalIntrinsicDimensionality().Fit(classifier, inputs.narrow(0, 0, 20), labels.narrow(0, 0, 20)));
        AssertRefused(
            "got none that differ from the nearest",
            () => new KernelDensityUncertainty().Fit(classifier, torch.ones(8, 3, 5, 5), labels.narrow(0, 0, 8)));
    }

    [TestMethod]
    public void RowsThatAreAllEqualGiveFiniteScores()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor same = torch.full([Rows, 3, 5, 5], 0.5f);
        foreach (Detector detector in new Detector[] { new Mahalanobis(), new LocalIntrinsicDimensionality(), new KernelDensityUncertainty { Bandwidth = 1 } })
        {
            using FittedDetector fitted = detector.Fit(classifier, same, labels);
            Assert.IsTrue(fitted.Score(same).isfinite().all().item<bool>(), $"{detector}");
            Assert.IsTrue(fitted.Score(inputs).isfinite().all().item<bool>(), $"{detector}");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Learning))]
    public void ADamagedStateIsRefused(Detector detector)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using FittedDetector fitted = detector.Fit(classifier, inputs, labels);
        foreach ((string name, Tensor tensor) in fitted.State)
        {
            Tensor damaged = tensor.clone();
            if (tensor.is_floating_point())
            {
                damaged.view(-1)[0] = double.NaN;
                AssertRefused($"'{name}': expected finite values", With(name, damaged));
                AssertRefused($"'{name}': expected Float", With(name, tensor.to(ScalarType.Float16)));
            }
            else
            {
                damaged[0] = 4;
                AssertRefused($"'{name}': expected finite values from 0 to 3", With(name, damaged));
            }

            AssertRefused("got", With(name, torch.cat([tensor.reshape(-1), tensor.reshape(-1)])));
            AssertRefused("got", With(name, torch.stack([tensor, tensor])));
            AssertRefused("xpected", () => detector.Restore(classifier, fitted.State.Where(pair => pair.Key != name).ToDictionary()));
        }

        AssertRefused("Expected tensors named", With("another", torch.zeros(2)));
        AssertRefused("'scale': expected finite values", With("scale", torch.zeros_like(fitted.State["scale"])));
        using NetworkClassifier other = new(Golden.Network("mlp"), InputBounds.Unit);
        Assert.Throws<ArgumentException>(() => detector.Restore(other, fitted.State));

        Action With(string name, Tensor tensor) =>
            () => detector.Restore(classifier, new Dictionary<string, Tensor>(fitted.State) { [name] = tensor });
    }

    [TestMethod]
    public void FewerReferenceRowsThanNeighboursAreADamagedState()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using FittedDetector fitted = new LocalIntrinsicDimensionality { Neighbours = 5 }.Fit(classifier, inputs, labels);
        AssertRefused("needs at least 91 reference rows, got 90", () => new LocalIntrinsicDimensionality { Neighbours = 90 }.Restore(classifier, fitted.State));
        using FittedDetector density = new KernelDensityUncertainty().Fit(classifier, inputs, labels);
        Dictionary<string, Tensor> oneClass = new(density.State) { ["classes"] = torch.zeros_like(density.State["classes"]) };
        AssertRefused("needs at least 1 rows of each class, got 0 of class 1", () => new KernelDensityUncertainty().Restore(classifier, oneClass));
    }

    [TestMethod]
    public void WhatTheDetectorNeedsIsSaid()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using nn.Module<Tensor, Tensor> linear = nn.Linear(6, 3);
        linear.eval();
        using NetworkClassifier single = new(linear, [6], 3, InputBounds.Unbounded);
        Tensor rows = torch.rand(60, 6);
        Tensor classes = torch.arange(60) % 3;
        Assert.Contains("at least two Linear or convolution layers", Assert.ThrowsExactly<NotSupportedException>(() => new Mahalanobis().Fit(single, rows, classes)).Message);
        AssertRefused("needs finite input bounds to know the range of values, got [", () => new FeatureSqueezing().On(single));
        using NetworkClassifier bounded = new(linear, [6], 3, InputBounds.Unit);
        AssertRefused("no squeezer for inputs of shape [6]", () => new FeatureSqueezing { Bits = 0 }.On(bounded));
        using FittedDetector flat = new FeatureSqueezing().On(bounded);
        Assert.IsTrue(flat.Score(rows).gt(0).all().item<bool>());
        using FittedDetector density = new KernelDensityUncertainty().Fit(single, rows, classes);
        Assert.IsTrue(density.Score(rows).isfinite().all().item<bool>());

        using nn.Module<Tensor, Tensor> bare = nn.Sequential(nn.Flatten(), nn.LogSoftmax(1));
        bare.eval();
        using NetworkClassifier without = new(bare, [6], 6, InputBounds.Unbounded);
        Assert.Contains("reads logits only", Assert.ThrowsExactly<NotSupportedException>(() => new Mahalanobis().Fit(without, rows, torch.arange(60) % 6)).Message);
    }

    /// <summary>Layers used twice, activations in place, sequences, rows folded together: what users' modules do.</summary>
    [TestMethod]
    public void UsersModulesAreLookedIntoAsTheyAre()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor rows = TestNetworks.Normal([60, 6]);
        Tensor classes = torch.arange(60) % 3;
        foreach (string name in UserModules.All.Keys.Except(["Linear itself", "a layer never used", "a bare parameter", "forward called directly", "InstanceNorm", "an embedding"]))
        {
            using nn.Module<Tensor, Tensor> module = UserModules.Create(name);
            using NetworkClassifier user = new(module, [6], 3, InputBounds.Unbounded);
            if (name == "rows folded into the batch")
            {
                // The one layer that sees rows apart from each other is left out, which leaves none.
                Assert.ThrowsExactly<NotSupportedException>(() => new Mahalanobis().Fit(user, rows, classes));
                continue;
            }

            foreach (Detector detector in Fitting)
            {
                using FittedDetector fitted = detector.Fit(user, rows, classes);
                double[] together = fitted.Score(rows).data<double>().ToArray();
                double[] reversed = fitted.Score(rows.flip(0)).data<double>().ToArray();
                CollectionAssert.AreEqual(together.Select(Rounded).ToArray(), reversed.Reverse().Select(Rounded).ToArray(), $"{name}, {detector}");
            }
        }

        static double Rounded(double value) => Math.Round(value, 6);
    }

    [TestMethod]
    public void InPlaceActivationsDoNotChangeWhatALayerGave()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using nn.Module<Tensor, Tensor> overwriting = UserModules.Create("in-place ReLU");
        using nn.Module<Tensor, Tensor> plain = nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 3)).to(ScalarType.Float64);
        plain.load_state_dict(overwriting.state_dict());
        plain.eval();
        using NetworkClassifier one = new(overwriting, [6], 3, InputBounds.Unbounded);
        using NetworkClassifier other = new(plain, [6], 3, InputBounds.Unbounded);
        Tensor rows = TestNetworks.Normal([60, 6]);
        foreach (Detector detector in Fitting)
        {
            using FittedDetector expected = detector.Fit(other, rows, torch.arange(60) % 3);
            using FittedDetector actual = detector.Fit(one, rows, torch.arange(60) % 3);
            CollectionAssert.AreEqual(SmallNetwork.Bits(expected.Score(rows)), SmallNetwork.Bits(actual.Score(rows)), $"{detector}");
        }
    }

    [TestMethod]
    public void DropoutOfUsersModulesIsSampledAsOurs()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NaiveNetwork own = new(dropout: 0.5);
        Dictionary<string, Tensor> weights = own.Classifier.Module.state_dict();
        using nn.Module<Tensor, Tensor> module = nn.Sequential(
            nn.Conv2d(2, 3, 2), nn.ReLU(), nn.Flatten(), nn.Linear(27, 5), nn.Tanh(), nn.Dropout(0.5), nn.Linear(5, 3)).to(ScalarType.Float64);
        module.load_state_dict(weights);
        module.eval();
        using NetworkClassifier user = new(module, [2, 4, 4], 3, InputBounds.Unit);
        Tensor rows = TestNetworks.Uniform([40, 2, 4, 4], type: ScalarType.Float64);
        Tensor classes = torch.arange(40) % 3;
        KernelDensityUncertainty detector = new() { Samples = 5 };

        // Our network normalises its inputs itself.
        using FittedDetector expected = detector.Fit(own.Classifier, rows, classes);
        using FittedDetector actual = detector.Fit(user, (rows - 0.5) / 0.25, classes);

        Assert.AreEqual(2, expected.State["scale"].shape[0]);
        Assert.IsTrue(expected.Score(rows).allclose(actual.Score((rows - 0.5) / 0.25), 1e-9, 1e-9));
        using FittedDetector without = (detector with { Samples = 0 }).Fit(own.Classifier, rows, classes);
        Assert.AreEqual(1, without.State["scale"].shape[0]);
    }

    [TestMethod]
    public void ThreadsOnOneNetworkGetWhatOneThreadGets()
    {
        FittedDetector[] detectors = [.. Detectors.Select(one => ((Detector)one[0]).Fit(classifier, inputs, labels))];
        byte[][] expected = [.. detectors.Select(Bits)];
        byte[][] plain = [.. detectors.Select(_ => PlainLogits())];

        byte[][][] actual = new byte[4][][];
        Thread[] threads = [.. actual.Select((_, thread) => new Thread(() => actual[thread] =
            [.. detectors.Select((_, index) => (index + thread) % detectors.Length)
                .SelectMany(index => new[] { (index, Bits(detectors[index])), (index + detectors.Length, PlainLogits()) })
                .OrderBy(pair => pair.Item1).Select(pair => pair.Item2)]))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        foreach (byte[][] results in actual)
        {
            Assert.IsNotNull(results, "a thread failed");
            foreach ((byte[] one, byte[] other) in expected.Concat(plain).Zip(results))
            {
                CollectionAssert.AreEqual(one, other);
            }
        }

        Array.ForEach(detectors, detector => detector.Dispose());

        byte[] Bits(FittedDetector detector)
        {
            using Tensor scores = detector.Score(inputs);
            return SmallNetwork.Bits(scores);
        }

        byte[] PlainLogits()
        {
            using IDisposable frozen = torch.no_grad();
            using Tensor logits = classifier.Logits(inputs);
            return SmallNetwork.Bits(logits);
        }
    }

    private static void AssertRefused(string problem, Action action) =>
        Assert.Contains(problem, Assert.Throws<ArgumentException>(action).Message);
}
