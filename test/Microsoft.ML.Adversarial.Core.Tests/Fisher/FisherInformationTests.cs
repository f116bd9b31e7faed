using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

[TestClass]
public sealed class FisherInformationTests
{
    private const FisherQuantities All = FisherQuantities.Trace | FisherQuantities.QuadraticForm | FisherQuantities.NormalisedQuadraticForm
        | FisherQuantities.TopEigenvalue | FisherQuantities.Sensitivity | FisherQuantities.SensitivityNorm;

    private const FisherQuantities Forms = FisherQuantities.QuadraticForm | FisherQuantities.NormalisedQuadraticForm;

    public static IEnumerable<object[]> Networks => FisherCases.Names;

    public static IEnumerable<object[]> Modules => UserModules.All.Keys.Select(name => new object[] { name });

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void EverythingIsTheDefinitions(string name)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(FisherCases.Network(name), InputBounds.Unit);
        Assert.IsNull(new FisherInformation(classifier).LayerWithoutRule);
        AssertDefinitions(classifier, TestNetworks.Normal([4, .. classifier.InputShape]), 1e-10);
    }

    [TestMethod]
    [DynamicData(nameof(Modules))]
    public void EverythingIsTheDefinitionsForAnyModule(string name)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using nn.Module<Tensor, Tensor> module = UserModules.Create(name);
        using NetworkClassifier classifier = new(module, [6], 3, InputBounds.Unbounded);
        Tensor inputs = TestNetworks.Normal([3, 6]);
        Untouched untouched = new(module, inputs);
        AssertDefinitions(classifier, inputs, 1e-9);
        untouched.Verify();
    }

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void ARandomDirectionIsTheSameForAllRows(string name)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(FisherCases.Network(name), InputBounds.Unit);
        Tensor inputs = TestNetworks.Normal([3, .. classifier.InputShape]);
        Tensor[] v = new RandomDirection(7).Draw(classifier.Parameters);
        Assert.AreEqual(1, Math.Sqrt(v.Sum(one => one.square().sum().item<double>())), 1e-12);

        using FisherScores scores = new FisherInformation(classifier, FisherDirection.Random(7)).Compute(inputs, Forms);

        // J v by finite differences of a function that is smooth at these inputs.
        const double Step = 1e-6;
        Tensor Moved(double step)
        {
            using IDisposable frozen = torch.no_grad();
            Move(classifier.Parameters, v, step);
            Tensor logits = classifier.Logits(inputs);
            Move(classifier.Parameters, v, -step);
            return logits;
        }

        Tensor tangent = (Moved(Step) - Moved(-Step)) / (2 * Step);
        Tensor probabilities = classifier.Logits(inputs).detach().softmax(1);
        Tensor centred = tangent - (probabilities * tangent).sum(1, keepdim: true);
        double[] expected = (probabilities * centred.square()).sum(1).data<double>().ToArray();
        AssertClose(expected, scores.QuadraticForm!, 1e-6, "form");
        AssertClose(expected, scores.NormalisedQuadraticForm!, 1e-6, "normalised form");
    }

    [TestMethod]
    [DataRow("mlp", 8)]
    [DataRow("cnn", 4)]
    public void Float32IsPyTorchs(string name, int sensitivities) => AssertGolden(name, sensitivities, ScalarType.Float32, 1e-5, 1e-4, 1e-4);

    [TestMethod]
    [DataRow("mlp", 8)]
    [DataRow("cnn", 4)]
    public void Float64IsPyTorchs(string name, int sensitivities) => AssertGolden(name, sensitivities, ScalarType.Float64, 1e-8, 1e-8, 1e-4);

    [TestMethod]
    [DataRow(1e-3)]
    [DataRow(1e-5)]
    [DataRow(1e-8)]
    [DataRow(1e-10)]
    [DataRow(1e-30)]
    public void SaturatedRowsKeepTheirDigits(double doubt)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor inputs = Mnist.Images(1);
        using Network network = Golden.Saturated(inputs, doubt);

        using NetworkClassifier exact = new(network.ToType(ScalarType.Float64), InputBounds.Unit);
        using NetworkClassifier classifier = new(network.Clone(), InputBounds.Unit);
        DenseFisher expected = DenseFisher.Of(exact.Module, inputs.to(ScalarType.Float64)).Single();

        AssertScores(expected, new FisherInformation(exact).Compute(inputs.to(ScalarType.Float64), All), 1e-11);
        AssertScores(expected, new FisherInformation(exact).Compute(inputs.to(ScalarType.Float64), Forms), 1e-11);
        if (doubt > 1e-12)
        {
            // Smaller scores than 1e-38 have no place in float32.
            AssertScores(expected, new FisherInformation(classifier).Compute(inputs, All), 1e-4);
            AssertScores(expected, new FisherInformation(classifier).Compute(inputs, Forms), 1e-4);
        }
        else
        {
            using FisherScores scores = new FisherInformation(classifier).Compute(inputs, All);
            AssertClose([expected.Trace], scores.Trace!, 1e-5, "trace");
            AssertClose([expected.TopEigenvalue], scores.TopEigenvalue!, 1e-5, "top eigenvalue");
            AssertClose([expected.Normalised], scores.NormalisedQuadraticForm!, 1e-4, "normalised form");
        }
    }

    [TestMethod]
    public void OneQuantityIsWhatAllTogetherGive()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(Golden.Network("cnn"), InputBounds.Unit);
        Tensor images = Mnist.Images(70);
        FisherInformation information = new(classifier);
        using FisherScores all = information.Compute(images, All);
        foreach (FisherQuantities quantity in Enum.GetValues<FisherQuantities>().Where(quantity => quantity != FisherQuantities.None))
        {
            using FisherScores one = information.Compute(images, quantity);
            Tensor[] given = [.. Columns(one).OfType<Tensor>()];
            Assert.HasCount(1, given);
            Tensor expected = Columns(all)[Array.FindIndex(Columns(one), column => column is not null)]!;
            Assert.IsLessThan(1e-4, ((given[0] - expected).abs() / expected.abs().clamp(min: 1e-12)).max().item<float>(), quantity.ToString());
        }

        using FisherScores none = information.Compute(images, FisherQuantities.None);
        Assert.IsTrue(Columns(none).All(column => column is null));
    }

    [TestMethod]
    public void OrderHoldsBetweenScores()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(Golden.Network("mlp"), InputBounds.Unit);
        Tensor images = Mnist.Images(200);
        for (int label = 0; label < 10; label++)
        {
            using FisherScores scores = new FisherInformation(classifier, FisherDirection.OfClass(label)).Compute(images, All);
            Assert.IsTrue((scores.NormalisedQuadraticForm! <= scores.TopEigenvalue! * 1.0001).all().item<bool>());
            Assert.IsTrue((scores.TopEigenvalue! <= scores.Trace! * 1.0001).all().item<bool>());
            Assert.IsTrue((scores.TopEigenvalue! >= scores.Trace! / 9.001).all().item<bool>());
        }
    }

    [TestMethod]
    public void LabelsAreChecked()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(Golden.Network("mlp"), InputBounds.Unit);
        FisherInformation information = new(classifier, FisherDirection.Label);
        Tensor images = Mnist.Images(3);
        Assert.Contains("needs labels", Assert.ThrowsExactly<ArgumentException>(() => information.Compute(images, Forms)).Message);
        Assert.Contains(
            "Expected 3 labels", Assert.ThrowsExactly<ArgumentException>(() => information.Compute(images, Forms, torch.zeros(2, ScalarType.Int64))).Message);
        AdversarialInputException row = Assert.ThrowsExactly<AdversarialInputException>(
            () => information.Compute(images, Forms, torch.tensor(new long[] { 0, 10, 0 })));
        Assert.AreEqual(1, row.Row);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new FisherInformation(classifier, FisherDirection.OfClass(10)));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => FisherDirection.OfClass(-1));
    }

    [TestMethod]
    public void ATrainingNetworkIsRefused()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(Golden.Network("mlp"), InputBounds.Unit);
        classifier.Module.train();
        foreach (FisherQuantities quantity in new[] { FisherQuantities.Trace, FisherQuantities.QuadraticForm, FisherQuantities.Sensitivity })
        {
            Assert.Contains(
                "training mode",
                Assert.ThrowsExactly<InvalidOperationException>(() => new FisherInformation(classifier).Compute(Mnist.Images(1), quantity)).Message);
        }
    }

    [TestMethod]
    public void NoTensorsAreLeft()
    {
        using NetworkClassifier classifier = new(Golden.Network("cnn"), InputBounds.Unit);
        using Tensor images = Mnist.Images(40);
        foreach (FisherDirection direction in new[] { FisherDirection.PredictedClass, FisherDirection.Random(1) })
        {
            FisherInformation information = new(classifier, direction);
            LiveTensors.AssertNoneLeft(() => [.. Columns(information.Compute(images, All)).OfType<Tensor>()]);
        }
    }

    private static Tensor?[] Columns(FisherScores scores) =>
        [scores.Trace, scores.QuadraticForm, scores.NormalisedQuadraticForm, scores.TopEigenvalue, scores.Sensitivity, scores.SensitivityNorm];

    private static void Move(Tensor[] parameters, Tensor[] direction, double step)
    {
        for (int one = 0; one < parameters.Length; one++)
        {
            parameters[one].add_(direction[one], step);
        }
    }

    private static void AssertDefinitions(NetworkClassifier classifier, Tensor inputs, double relative)
    {
        (FisherDirection Direction, Func<int, long>? LabelOf)[] directions =
        [
            (FisherDirection.PredictedClass, null), (FisherDirection.OfClass(1), _ => 1), (FisherDirection.Label, row => (row + 1) % 2),
        ];
        Tensor labels = torch.tensor(Enumerable.Range(0, (int)inputs.shape[0]).Select(row => (long)((row + 1) % 2)).ToArray());
        foreach ((FisherDirection direction, Func<int, long>? labelOf) in directions)
        {
            DenseFisher[] expected = DenseFisher.Of(classifier.Module, inputs, labelOf);
            FisherInformation information = new(classifier, direction);
            using FisherScores all = information.Compute(inputs, All, labels);
            using FisherScores gram = information.Compute(inputs, Forms | FisherQuantities.Trace, labels);
            using FisherScores forms = information.Compute(inputs, Forms, labels);
            AssertClose([.. expected.Select(row => row.Trace)], all.Trace!, relative, "trace");
            AssertClose([.. expected.Select(row => row.TopEigenvalue)], all.TopEigenvalue!, relative, "top eigenvalue");
            foreach (FisherScores scores in new[] { all, gram, forms })
            {
                AssertClose([.. expected.Select(row => row.QuadraticForm)], scores.QuadraticForm!, relative, "form");
                AssertClose([.. expected.Select(row => row.Normalised)], scores.NormalisedQuadraticForm!, relative, "normalised form");
            }

            for (int row = 0; row < expected.Length; row++)
            {
                AssertSensitivity(expected[row].Sensitivity, all.Sensitivity![row], relative);
            }

            double[] norms = [.. expected.Select(row => Math.Sqrt(row.Sensitivity.Sum(value => value * value)))];
            AssertClose(norms, all.SensitivityNorm!, relative, "sensitivity norm");
        }
    }

    private static void AssertScores(DenseFisher expected, FisherScores scores, double relative)
    {
        AssertClose([expected.QuadraticForm], scores.QuadraticForm!, relative, "form");
        AssertClose([expected.Normalised], scores.NormalisedQuadraticForm!, relative, "normalised form");
        if (scores.Trace is not null)
        {
            AssertClose([expected.Trace], scores.Trace, relative, "trace");
            AssertClose([expected.TopEigenvalue], scores.TopEigenvalue!, relative, "top eigenvalue");
            AssertSensitivity(expected.Sensitivity, scores.Sensitivity![0], relative);
        }

        scores.Dispose();
    }

    private static void AssertGolden(string name, int sensitivities, ScalarType type, double exact, double rounded, double sensitivity)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using Network single = Golden.Network(name);
        using NetworkClassifier classifier = new(single.ToType(type), InputBounds.Unit);
        Dictionary<string, Tensor> golden = Golden.Tensors($"{name}_fisher");
        Tensor images = Mnist.Images((int)golden["trace"].shape[0]).to(type);
        double[] Values(string key) => golden[key].data<double>().ToArray();

        foreach (FisherQuantities quantities in new[] { Forms, Forms | FisherQuantities.Trace | FisherQuantities.TopEigenvalue })
        {
            using FisherScores scores = new FisherInformation(classifier).Compute(images, quantities);
            AssertClose(Values("quad_form"), scores.QuadraticForm!, rounded, "form");
            AssertClose(Values("quad_form_normalised"), scores.NormalisedQuadraticForm!, exact, "normalised form");
            if (scores.Trace is not null)
            {
                AssertClose(Values("trace"), scores.Trace, exact, "trace");
                AssertClose(Values("top_eig"), scores.TopEigenvalue!, exact, "top eigenvalue");
            }
        }

        using FisherScores inputs = new FisherInformation(classifier).Compute(images.narrow(0, 0, sensitivities), FisherQuantities.Sensitivity);
        PerTensorFisherInformation perTensor = new(classifier);
        AssertClose(Values("quad_form_block"), perTensor.QuadraticForm(images), rounded, "block form");
        Tensor block = perTensor.Sensitivity(images.narrow(0, 0, sensitivities));
        for (int row = 0; row < sensitivities; row++)
        {
            AssertSensitivity(golden["fis_joint_allclass"][row].contiguous().data<double>().ToArray(), inputs.Sensitivity![row], sensitivity);
            AssertSensitivity(golden["fis_block_2class"][row].contiguous().data<double>().ToArray(), block[row], sensitivity);
        }
    }

    private static void AssertSensitivity(double[] expected, Tensor actual, double relative)
    {
        double[] values = actual.to(ScalarType.Float64).contiguous().data<double>().ToArray();
        Assert.HasCount(expected.Length, values);
        double largest = expected.Max(Math.Abs);
        for (int index = 0; index < expected.Length; index++)
        {
            Assert.AreEqual(expected[index], values[index], relative * largest, $"component {index} of {expected.Length}, largest {largest}");
        }
    }

    private static void AssertClose(double[] expected, Tensor actual, double relative, string what)
    {
        double[] values = actual.to(ScalarType.Float64).data<double>().ToArray();
        Assert.HasCount(expected.Length, values);
        for (int row = 0; row < expected.Length; row++)
        {
            Assert.AreEqual(expected[row], values[row], relative * Math.Abs(expected[row]), $"{what} of row {row}");
        }
    }
}
