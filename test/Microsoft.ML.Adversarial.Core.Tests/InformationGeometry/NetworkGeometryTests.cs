using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Fisher;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.InformationGeometry;

[TestClass]
public sealed class NetworkGeometryTests
{
    public static IEnumerable<object[]> Networks => FisherCases.Names;

    public static IEnumerable<object[]> Modules => UserModules.All.Keys.Select(name => new object[] { name });

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void OnANetworkItIsTheDefinitions(string name)
    {
        using var scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(FisherCases.Network(name), InputBounds.Unit);
        AssertDefinition(classifier, TestNetworks.Normal([5, .. classifier.InputShape]));
    }

    [TestMethod]
    [DynamicData(nameof(Modules))]
    public void OnAModuleItIsTheDefinitions(string name)
    {
        using var scope = torch.NewDisposeScope();
        using var module = UserModules.Create(name);
        using NetworkClassifier classifier = new(module, [6], 3, InputBounds.Unbounded);
        AssertDefinition(classifier, TestNetworks.Normal([5, 6]));
    }

    [TestMethod]
    [DataRow(1e-2)]
    [DataRow(1e-4)]
    [DataRow(1e-6)]
    public void HalfTheQuadraticFormIsTheDivergenceOfASmallMove(double size)
    {
        using var scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(Golden.Network("cnn"), InputBounds.Unit);
        NetworkGeometry geometry = new(classifier);
        var images = Mnist.Images(150);
        var direction = Direction(classifier, 7);
        var length = Math.Sqrt(geometry.FisherQuadraticForm(images, direction).mean().item<double>());
        Tensor[] delta = [.. direction.Select(change => change * (size / length))];

        var divergence = geometry.KullbackLeiblerDivergence(images, delta).mean().item<double>();

        var half = 0.5 * geometry.FisherQuadraticForm(images, delta).mean().item<double>();
        Assert.AreEqual(half, 0.5 * size * size, 1e-12 * half);
        Assert.AreEqual(1, divergence / half, 3 * size);
    }

    [TestMethod]
    public void SaturatedRowsKeepTheirDigits()
    {
        // Against the definition in the order of the classes, with 150 decimals, and a last layer that is all there is to differentiate.
        using var scope = torch.NewDisposeScope();
        using var module = nn.Linear(2, 3, dtype: ScalarType.Float64);
        using (torch.no_grad())
        {
            module.weight!.copy_(torch.tensor(new[,] { { 30.0, 1 }, { -12, 2 }, { 0, -3 } }));
            module.bias!.copy_(torch.tensor([0.5, 0, -0.5]));
        }

        module.eval();
        using NetworkClassifier classifier = new(module, [2], 3, InputBounds.Unbounded);
        NetworkGeometry geometry = new(classifier);
        var inputs = torch.tensor(new[,] { { 1.0, 0.3 }, { 0.5, -0.2 }, { 0.01, 0.2 } });
        Tensor[] delta = [.. Direction(classifier, 2).Select(change => change * 1e-7)];

        double[] forms = [.. geometry.FisherQuadraticForm(inputs, delta).data<double>()];
        double[] divergences = [.. geometry.KullbackLeiblerDivergence(inputs, delta).data<double>()];

        for (var row = 0; row < 3; row++)
        {
            double[] logits = [.. module.call(inputs[row].unsqueeze(0)).flatten().data<double>()];
            double[] tangent = [.. (inputs[row].unsqueeze(0).mm(delta[0].t()).flatten() + delta[1]).data<double>()];
            FixedPoint[] weights = [.. logits.Select(logit => FixedPoint.Exp((FixedPoint)logit - logits.Max()))];
            var total = FixedPoint.Sum(weights);
            var mean = FixedPoint.Sum(weights.Zip(tangent, (weight, one) => weight * one / total));
            var form = (double)FixedPoint.Sum(weights.Zip(tangent, (weight, one) => weight * (one - mean) * (one - mean) / total));
            Assert.AreEqual(form, forms[row], 1e-12 * form, $"row {row}");

            // What float64 logits of a size of 30 let one know about a change of 1e-7.
            Assert.AreEqual(0.5 * form, divergences[row], 1e-6 * form, $"row {row}");
        }
    }

    [TestMethod]
    public void RowsDoNotDependOnTheirBatch()
    {
        using var scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(Golden.Network("mlp"), InputBounds.Unit);
        NetworkGeometry geometry = new(classifier);
        var images = Mnist.Images(300);
        Tensor[] delta = [.. Direction(classifier, 1).Select(change => change * 1e-3)];

        foreach (var measure in (Func<Tensor, Tensor>[])
            [rows => geometry.FisherQuadraticForm(rows, delta), rows => geometry.KullbackLeiblerDivergence(rows, delta)])
        {
            double[] all = [.. measure(images).data<double>()];
            double[] some = [.. measure(images.narrow(0, 120, 100)).data<double>()];
            FisherTraceTests.AssertClose(all[120..220], some, 1e-8);
            CollectionAssert.AreEqual(new long[] { 0 }, measure(images.narrow(0, 0, 0)).shape);
        }
    }

    [TestMethod]
    public void TheVectorProductIsLinearAndSymmetric()
    {
        using var scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(Golden.Network("cnn"), InputBounds.Unit);
        NetworkGeometry geometry = new(classifier);
        var images = Mnist.Images(140);
        var (one, other) = (Direction(classifier, 1), Direction(classifier, 2));

        var (ofOne, ofOther) = (geometry.FisherVectorProduct(images, one), geometry.FisherVectorProduct(images, other));

        var form = geometry.FisherQuadraticForm(images, one).mean().item<double>();
        Assert.AreEqual(form, Inner(one, ofOne), 1e-12 * form);
        Assert.AreEqual(Inner(other, ofOne), Inner(one, ofOther), 1e-12 * form);
        var ofSum = geometry.FisherVectorProduct(images, [.. one.Zip(other, (left, right) => left - (2 * right))]);
        foreach (var (sum, left, right) in ofSum.Zip(ofOne, ofOther))
        {
            Assert.IsLessThan(1e-12 * sum.abs().max().item<double>(), (sum - (left - (2 * right))).abs().max().item<double>());
        }
    }

    [TestMethod]
    [DynamicData(nameof(Modules))]
    public void AModuleIsLeftAsItWasFound(string name)
    {
        using var module = UserModules.Create(name);
        using NetworkClassifier classifier = new(module, [6], 3, InputBounds.Unbounded);
        module.parameters().First().requires_grad = false;

        // TorchSharp counts the empty handles that stand for gradients of unused parameters, and does not count them off.
        AssertUntouched(classifier, TestNetworks.Normal([4, 6]), countsTensors: name != "a layer never used");
    }

    [TestMethod]
    public void ANetworkIsLeftAsItWasFound()
    {
        using NetworkClassifier classifier = new(FisherCases.Network("residual blocks"), InputBounds.Unit);
        AssertUntouched(classifier, TestNetworks.Normal([4, 3, 6, 6]));
    }

    [TestMethod]
    public void AModuleIsLeftAsItWasFoundAlsoWhenItThrows()
    {
        using Tiring module = new();
        using NetworkClassifier classifier = new(module, [6], 3, InputBounds.Unbounded);
        using var scope = torch.NewDisposeScope();
        var inputs = TestNetworks.Normal([4, 6]).to(ScalarType.Float32);
        var direction = Direction(classifier, 1);
        Untouched untouched = new(module, inputs);

        Assert.ThrowsExactly<NotSupportedException>(() => new NetworkGeometry(classifier).KullbackLeiblerDivergence(inputs, direction));

        untouched.Verify();
        Assert.IsFalse(Monitor.IsEntered(classifier));
    }

    [TestMethod]
    public void ANetworkMaySitInInferenceModeOrWithoutGradients()
    {
        using var scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(FisherCases.Network("perceptron"), InputBounds.Unit);
        NetworkGeometry geometry = new(classifier);
        var direction = Direction(classifier, 1);
        var inputs = TestNetworks.Normal([4, 2, 3]);
        double[] Work(Tensor rows) =>
        [
            .. geometry.FisherQuadraticForm(rows, direction).data<double>(),
            .. geometry.KullbackLeiblerDivergence(rows, direction).data<double>(),
            .. geometry.FisherVectorProduct(rows, direction)[0].data<double>(),
        ];
        var expected = Work(inputs);
        using (torch.no_grad())
        {
            CollectionAssert.AreEqual(expected, Work(inputs));
        }

        using var mode = torch.inference_mode();
        CollectionAssert.AreEqual(expected, Work(inputs + 0));
    }

    [TestMethod]
    public void AModuleInFloat32WorksInItsOwnTypeAlsoInInferenceMode()
    {
        using var scope = torch.NewDisposeScope();
        using var exact = UserModules.Create("LayerNorm");
        using var module = UserModules.Create("LayerNorm").to(ScalarType.Float32);
        using NetworkClassifier exactClassifier = new(exact, [6], 3, InputBounds.Unbounded);
        using NetworkClassifier classifier = new(module, [6], 3, InputBounds.Unbounded);
        var inputs = TestNetworks.Normal([5, 6]);
        Tensor[] delta = [.. Direction(classifier, 4).Select(change => change * 0.02)];
        NetworkGeometry expected = new(exactClassifier);
        NetworkGeometry geometry = new(classifier);
        double[] forms = [.. expected.FisherQuadraticForm(inputs, delta).data<double>()];
        double[] divergences = [.. expected.KullbackLeiblerDivergence(inputs, delta).data<double>()];

        using var mode = torch.inference_mode();
        var found = geometry.FisherQuadraticForm(inputs.to(ScalarType.Float32), delta);

        Assert.AreEqual(ScalarType.Float64, found.dtype);
        FisherTraceTests.AssertClose(forms, [.. found.data<double>()], 1e-4);
        double[] moved = [.. geometry.KullbackLeiblerDivergence(inputs.to(ScalarType.Float32), delta).data<double>()];
        FisherTraceTests.AssertClose(divergences, moved, 1e-3);
        Assert.IsTrue(classifier.Module.parameters().All(parameter => parameter.dtype == ScalarType.Float32));
    }

    [TestMethod]
    public void ANetworkWithoutParametersDoesNotMove()
    {
        using var scope = torch.NewDisposeScope();
        NetworkDefinition definition = new() { InputShape = [4], ClassCount = 4, Layers = [new Networks.Layers.TanhLayer()] };
        using NetworkClassifier classifier = TestNetworks.Classifier(definition);
        NetworkGeometry geometry = new(classifier);
        var inputs = TestNetworks.Uniform([3, 4]);
        CollectionAssert.AreEqual(new double[3], geometry.FisherQuadraticForm(inputs, []).data<double>().ToArray());
        CollectionAssert.AreEqual(new double[3], geometry.KullbackLeiblerDivergence(inputs, []).data<double>().ToArray());
        Assert.IsEmpty(geometry.FisherVectorProduct(inputs, []));
    }

    [TestMethod]
    public void WhatDoesNotFitIsRefused()
    {
        using var scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(FisherCases.Network("perceptron"), InputBounds.Unit);
        NetworkGeometry geometry = new(classifier);
        var direction = Direction(classifier, 1);
        var inputs = TestNetworks.Normal([4, 2, 3]);
        Assert.ThrowsExactly<ArgumentException>(() => geometry.FisherQuadraticForm(inputs, direction[1..]));
        var shape = Assert.ThrowsExactly<ArgumentException>(
            () => geometry.KullbackLeiblerDivergence(inputs, [direction[0].t(), .. direction[1..]]));
        Assert.Contains(classifier.Module.named_parameters().First().name, shape.Message);
        Assert.ThrowsExactly<ArgumentException>(() => geometry.FisherVectorProduct(inputs, [direction[0] / 0, .. direction[1..]]));
        Assert.ThrowsExactly<ArgumentException>(() => geometry.FisherVectorProduct(inputs.narrow(0, 0, 0), direction));
        var broken = inputs.clone();
        broken[2, 1, 0] = torch.tensor(double.NaN);
        var row = Assert.ThrowsExactly<AdversarialInputException>(() => geometry.FisherQuadraticForm(broken, direction));
        Assert.AreEqual(2, row.Row);
        classifier.Module.train();
        Assert.ThrowsExactly<InvalidOperationException>(() => geometry.KullbackLeiblerDivergence(inputs, direction));
    }

    [TestMethod]
    public void LogitsWithoutAGraphAreRefused()
    {
        using var scope = torch.NewDisposeScope();
        using Detached module = new();
        using NetworkClassifier classifier = new(module, [6], 3, InputBounds.Unbounded);
        var direction = Direction(classifier, 1);
        Assert.ThrowsExactly<InvalidOperationException>(
            () => new NetworkGeometry(classifier).FisherQuadraticForm(TestNetworks.Uniform([2, 6]), direction));
    }

    private static void AssertDefinition(NetworkClassifier classifier, Tensor inputs)
    {
        NetworkGeometry geometry = new(classifier);
        var direction = Direction(classifier, 3);
        var (forms, products) = Dense(classifier.Module, inputs, direction);

        FisherTraceTests.AssertClose(forms, [.. geometry.FisherQuadraticForm(inputs, direction).data<double>()], 1e-10);

        var actual = torch.cat([.. geometry.FisherVectorProduct(inputs, direction).Select(product => product.flatten())]);
        Assert.IsLessThan(1e-11 * products.abs().max().item<double>(), (products - actual).abs().max().item<double>());

        Tensor[] small = [.. direction.Select(change => change * 1e-3)];
        double[] divergences = [.. geometry.KullbackLeiblerDivergence(inputs, small).data<double>()];
        var reference = Rows(classifier.Module.call(inputs));
        var parameters = classifier.Module.parameters().ToArray();
        var found = parameters.Select(parameter => parameter.detach().clone()).ToArray();
        using (torch.no_grad())
        {
            _ = parameters.Zip(small, (parameter, change) => parameter.add_(change)).Count();
            var moved = Rows(classifier.Module.call(inputs));
            _ = parameters.Zip(found, (parameter, value) => parameter.copy_(value)).Count();
            double[] expected = [.. moved.Zip(reference, CategoricalDivergenceTests.Expected)];
            FisherTraceTests.AssertClose(expected, divergences, 1e-8);
        }
    }

    private static void AssertUntouched(NetworkClassifier classifier, Tensor inputs, bool countsTensors = true)
    {
        var direction = Direction(classifier, 3);
        NetworkGeometry geometry = new(classifier);
        Untouched untouched = new(classifier.Module, [inputs, .. direction]);
        Tensor[] Work() =>
        [
            geometry.KullbackLeiblerDivergence(inputs, direction),
            geometry.FisherQuadraticForm(inputs, direction),
            .. geometry.FisherVectorProduct(inputs, direction),
        ];
        if (countsTensors)
        {
            LiveTensors.AssertNoneLeft(Work);
        }

        using (torch.NewDisposeScope())
        {
            Work();
        }

        untouched.Verify();
        Assert.IsFalse(Monitor.IsEntered(classifier));
    }

    /// <summary>ΔᵀFΔ per row and E[F]Δ from F = Jᵀ(diag p − ppᵀ)J with the whole Jacobian.</summary>
    private static (double[] Forms, Tensor Product) Dense(nn.Module<Tensor, Tensor> module, Tensor inputs, Tensor[] direction)
    {
        TorchSharp.Modules.Parameter[] parameters = [.. module.parameters()];
        var flat = torch.cat([.. direction.Select(change => change.flatten())]);
        var sum = torch.zeros_like(flat);
        List<double> forms = [];
        for (var row = 0L; row < inputs.shape[0]; row++)
        {
            var logits = module.call(inputs.narrow(0, row, 1)).flatten();
            List<Tensor> gradients = [];
            for (var label = 0L; label < logits.shape[0]; label++)
            {
                module.zero_grad();
                logits[label].backward(create_graph: false, retain_graph: true);
                gradients.Add(torch.cat(
                    [.. parameters.Select(one => (one.grad ?? torch.zeros_like(one)).detach().flatten().clone())]));
            }

            module.zero_grad();
            foreach (var parameter in parameters)
            {
                parameter.grad = null;
            }

            var jacobian = torch.stack(gradients);
            var probabilities = logits.detach().softmax(0);
            var covariance = torch.diag(probabilities) - probabilities.outer(probabilities);
            var product = jacobian.t().mv(covariance.mv(jacobian.mv(flat)));
            forms.Add((flat * product).sum().item<double>());
            sum.add_(product);
        }

        return ([.. forms], sum / inputs.shape[0]);
    }

    private static Tensor[] Direction(NetworkClassifier classifier, ulong seed)
    {
        using Generator generator = new(seed);
        return
        [
            .. classifier.Module.parameters()
                .Select(parameter => torch.randn(parameter.shape, ScalarType.Float64, generator: generator)),
        ];
    }

    private static double Inner(IEnumerable<Tensor> left, IEnumerable<Tensor> right) =>
        left.Zip(right, (one, other) => (one * other).sum().item<double>()).Sum();

    private static double[][] Rows(Tensor logits) =>
        [.. Enumerable.Range(0, (int)logits.shape[0]).Select(row => logits[row].data<double>().ToArray())];

    /// <summary>Works once.</summary>
    private sealed class Tiring : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> layer = nn.Linear(6, 3);
        private int calls;

        public Tiring()
            : base(nameof(Tiring))
        {
            RegisterComponents();
            eval();
        }

        public override Tensor forward(Tensor input) => ++calls == 1 ? layer.call(input) : throw new NotSupportedException();
    }

    private sealed class Detached : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> layer = nn.Linear(6, 3);

        public Detached()
            : base(nameof(Detached))
        {
            RegisterComponents();
            eval();
        }

        public override Tensor forward(Tensor input) => layer.call(input).detach();
    }
}
