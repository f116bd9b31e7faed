using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>Bad inputs give one clear error, the same for every attack.</summary>
[TestClass]
public sealed class AttackInputTests
{
    private readonly AttackTask task = new();

    public static IEnumerable<object[]> Attacks => AttackTable.Rows;

    public static IEnumerable<object[]> BadValues =>
    [
        [float.NaN, "expected a finite value"],
        [float.PositiveInfinity, "expected a finite value"],
        [float.NegativeInfinity, "expected a finite value"],
        [1.5f, "within the input bounds [0, 1], got 1.5"],
        [-0.25f, "within the input bounds [0, 1], got -0.25"],
    ];

    [TestCleanup]
    public void FreeTask() => task.Dispose();

    [TestMethod]
    [DynamicData(nameof(BadValues))]
    public void BadValuesNameTheirRowAndFeature(float value, string problem)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor inputs = task.Inputs.clone();
        inputs[4, 1, 2, 3] = torch.tensor(value);
        inputs[5, 0, 0, 0] = torch.tensor(value);
        foreach (AttackCase one in AttackTable.All)
        {
            var e = Assert.ThrowsExactly<AdversarialInputException>(() => one.Attack.Run(task.Classifier, inputs, task.Goals[0]));
            Assert.AreEqual((4L, 25 + 13), (e.Row, e.Feature), one.Name);
            Assert.Contains(problem, e.Message);
            Assert.StartsWith("Row 4, feature 38: ", e.Message);
        }
    }

    [TestMethod]
    public void Float64InputsAreHeldToTheBoundsInFloat64()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(task.Classifier.Network!.ToType(ScalarType.Float64), InputBounds.Unit);
        Tensor inputs = task.Inputs.to(ScalarType.Float64);
        inputs[2, 0, 0, 0] = torch.tensor(1 + 1e-12);

        var e = Assert.ThrowsExactly<AdversarialInputException>(
            () => AttackTable.All[0].Attack.Run(classifier, inputs, task.Goals[0]));

        Assert.AreEqual(2, e.Row);
    }

    [TestMethod]
    [DataRow(-1L)]
    [DataRow(4L)]
    public void ImpossibleClassesNameTheirRow(long impossible)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor classes = task.Labels.clone();
        classes[6] = torch.tensor(impossible);
        foreach (AttackCase one in AttackTable.All)
        {
            var e = Assert.ThrowsExactly<AdversarialInputException>(
                () => one.Attack.Run(task.Classifier, task.Inputs, Goal.Misclassify(classes)));
            Assert.AreEqual($"Row 6: expected labels between 0 and 3, got {impossible}.", e.Message);
            e = Assert.ThrowsExactly<AdversarialInputException>(
                () => one.Attack.Run(task.Classifier, task.Inputs, Goal.MisclassifyAs(classes)));
            Assert.AreEqual($"Row 6: expected targets between 0 and 3, got {impossible}.", e.Message);
        }
    }

    [TestMethod]
    public void ShapesAndTypesThatDoNotFitAreRefused()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor inputs = task.Inputs;
        foreach (AttackCase one in AttackTable.All)
        {
            AssertRefused(one, inputs.narrow(0, 0, 8), "Expected labels for 8 rows, one each, got 9.");
            AssertRefused(one, inputs.narrow(0, 0, 0), "Expected at least one row, got inputs of shape [0, 3, 5, 5].");
            AssertRefused(one, inputs[0], "Expected inputs of shape [N, 3, 5, 5] or [N, 75], got [3, 5, 5].");
            AssertRefused(one, inputs.reshape(9, 5, 15), "Expected inputs of shape [N, 3, 5, 5] or [N, 75], got [9, 5, 15].");
            AssertRefused(one, inputs.narrow(2, 0, 4), "Expected inputs of shape [N, 3, 5, 5] or [N, 75], got [9, 3, 4, 5].");
            AssertRefused(one, inputs.to(ScalarType.Float64), "Expected inputs of type Float32");
        }

        Assert.Contains("Int64", Assert.Throws<ArgumentException>(() => Goal.Misclassify(task.Labels.to(ScalarType.Int32))).Message);
        Assert.Contains("[9, 1]", Assert.Throws<ArgumentException>(() => Goal.MisclassifyAs(task.Labels.unsqueeze(1))).Message);
        Assert.Contains(
            "9 rows, got 2",
            Assert.Throws<ArgumentException>(
                () => AttackTable.All[0].Attack.Run(task.Classifier, inputs, task.Goals[0], new() { RowKeys = [1, 2] })).Message);
    }

    [TestMethod]
    public void FlattenedInputsAreAttackedAsFlattenedInputs()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Attack attack = AttackTable.All[0].Attack;
        Tensor expected = attack.Run(task.Classifier, task.Inputs, task.Goals[0]).Inputs;
        Tensor actual = attack.Run(task.Classifier, task.Inputs.flatten(1), task.Goals[0]).Inputs;
        CollectionAssert.AreEqual(new long[] { 9, 75 }, actual.shape);
        CollectionAssert.AreEqual(expected.data<float>().ToArray(), actual.data<float>().ToArray());
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void ANetworkInTrainingModeIsRefused(object attack)
    {
        task.Classifier.Module.train();
        var e = Assert.ThrowsExactly<InvalidOperationException>(
            () => ((AttackCase)attack).Attack.Run(task.Classifier, task.Inputs, task.Goals[0]));
        Assert.Contains("training mode", e.Message);
        Assert.IsTrue(task.Classifier.Module.training);
    }

    [TestMethod]
    [DynamicData(nameof(Attacks))]
    public void AClassifierWithoutGradientsIsRefusedUnlessScoresSuffice(object attack)
    {
        AttackCase one = (AttackCase)attack;
        LogitsOnly scoresOnly = new(task.Classifier);
        Assert.IsTrue(one.Attack.CanAttack(task.Classifier));
        if (one.Attack is Attack<IClassifier>)
        {
            Assert.IsTrue(one.Attack.CanAttack(scoresOnly));
            one.Attack.Run(scoresOnly, task.Inputs, task.Goals[0]).Dispose();
            return;
        }

        Assert.IsFalse(one.Attack.CanAttack(scoresOnly));
        var e = Assert.ThrowsExactly<ArgumentException>(() => one.Attack.Run(scoresOnly, task.Inputs, task.Goals[0]));
        Assert.MatchesRegex("needs a classifier that is I[A-Z][A-Za-z]+Classifier, got LogitsOnly", e.Message);
    }

    private void AssertRefused(AttackCase one, Tensor inputs, string problem) => Assert.Contains(
        problem, Assert.ThrowsExactly<ArgumentException>(() => one.Attack.Run(task.Classifier, inputs, task.Goals[0])).Message, one.Name);

    private sealed class LogitsOnly(IClassifier inner) : IClassifier
    {
        public IReadOnlyList<long> InputShape => inner.InputShape;

        public int ClassCount => inner.ClassCount;

        public InputBounds Bounds => inner.Bounds;

        public ScalarType ElementType => inner.ElementType;

        public Device Device => inner.Device;

        public Tensor Logits(Tensor inputs) => inner.Logits(inputs);
    }
}
