using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;

namespace Microsoft.ML.Adversarial.Evaluation.Robustness;

[TestClass]
public sealed class EvaluateRobustnessTests
{
    private const int Rows = 60;

    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void AWholeChainIsAttackedOnTheColumnThatItsNetworkReads()
    {
        ITransformer model = FruitChain.Fit(_ml, epochs: 15);
        IDataView rows = Fruit.Load(_ml, Rows, seed: 1);
        ProjectedGradientDescent attack = new(Norm.LInfinity, 0.1);
        AttackSuite suite = new("one", Norm.LInfinity, 0.1, [SuiteAttack.Of(attack)]);

        RobustnessMetrics metrics = _ml.MulticlassClassification.EvaluateRobustness(model, rows, suite, options: new() { Seed = 7 });

        IDataView scored = model.Transform(rows);
        Assert.AreEqual(_ml.MulticlassClassification.Evaluate(scored).MicroAccuracy, metrics.CleanAccuracy.Value, 1e-9);
        Assert.IsLessThan(metrics.CleanAccuracy.Value, metrics.RobustAccuracy.Value);
        Assert.AreEqual(Rows, metrics.RobustAccuracy.Total);
        Assert.IsLessThanOrEqualTo(0.1 + 1e-6, metrics["pgd"].Sizes.Single(size => size.Norm == "Linf").Percentile90);
        CollectionAssert.AreEqual(new[] { "apple", "banana", "cherry" }.Order().ToArray(), metrics.Classes.Select(one => one.Name).Order().ToArray());
        Assert.AreEqual(Rows * (40 + 1L), metrics.Record.Attacks[0].Queries!.Value, Rows * 3L);
    }

    [TestMethod]
    public void RowsOutsideTheBoundsAreCountedApart()
    {
        ITransformer model = FruitChain.Fit(_ml);

        RobustnessMetrics metrics = _ml.MulticlassClassification.EvaluateRobustness(
            model, Fruit.Load(_ml, Rows, seed: 3), AttackSuite.Quick(Norm.LInfinity, 0.1), options: new() { ProbeRows = 0 });

        int failed = metrics.FailedRows.Count();
        Assert.IsGreaterThan(0, failed);
        Assert.AreEqual(Rows, metrics.CleanAccuracy.Total + failed);
        Assert.IsTrue(metrics.FailedRows.All(row => row.Error!.Contains("bounds", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void AChainWithoutANetworkIsABlackBox()
    {
        IDataView train = Fruit.Load(_ml, 200, seed: 1);
        ITransformer model = Fruit.Labels(_ml).Append(_ml.MulticlassClassification.Trainers.SdcaMaximumEntropy()).Fit(train);

        RobustnessMetrics metrics = _ml.MulticlassClassification.EvaluateRobustness(
            model, Fruit.Load(_ml, Rows, seed: 3), Norm.LInfinity, 0.5, options: new() { ProbeRows = 4 });

        CollectionAssert.AreEqual(new[] { "square", "hopskipjump" }, metrics.Attacks.Select(attack => attack.Name).ToArray());
        Assert.IsLessThan(metrics.CleanAccuracy.Value, metrics.RobustAccuracy.Value);
        Assert.IsGreaterThan(0, metrics.Record.Attacks[0].Queries!.Value);
    }

    [TestMethod]
    public void AttacksThatNeedGradientsAreLeftOutAndNamed()
    {
        IDataView train = Fruit.Load(_ml, 200, seed: 1);
        ITransformer model = Fruit.Labels(_ml).Append(_ml.MulticlassClassification.Trainers.SdcaMaximumEntropy()).Fit(train);
        IDataView rows = Fruit.Load(_ml, 12, seed: 3);

        RobustnessMetrics quick = _ml.MulticlassClassification.EvaluateRobustness(model, rows, AttackSuite.Quick(Norm.LInfinity, 0.2));

        CollectionAssert.AreEqual(new[] { "fgsm", "pgd" }, quick.Record.AttacksLeftOut.ToArray());
        ArgumentException error = Assert.ThrowsExactly<ArgumentException>(
            () => _ml.MulticlassClassification.EvaluateRobustness(model, rows, AttackSuite.Standard(Norm.LInfinity, 0.2)));
        StringAssert.Contains(error.Message, "got autoattack");
    }

    [TestMethod]
    public void AnInputTransformationIsAttackedThrough()
    {
        IDataView train = Fruit.LoadLabelled(_ml, 200, seed: 1);
        IEstimator<ITransformer> pipeline = _ml.Transforms.NormalizeMinMax("Features")
            .Append(_ml.Transforms.BitDepthReduction("Features", bits: 3)).Append(Fruit.Trainer(_ml));
        ITransformer model = pipeline.Fit(train);
        AttackSuite suite = AttackSuite.Quick(Norm.LInfinity, 0.2);

        RobustnessMetrics metrics = _ml.MulticlassClassification.EvaluateRobustness(model, Fruit.LoadLabelled(_ml, Rows, seed: 3), suite);

        IDataView scored = model.Transform(Fruit.LoadLabelled(_ml, Rows, seed: 3));
        Assert.AreEqual(_ml.MulticlassClassification.Evaluate(scored).MicroAccuracy, metrics.CleanAccuracy.Value, 1e-9);
        Assert.IsLessThan(metrics.CleanAccuracy.Value, metrics.RobustAccuracy.Value);
    }

    [TestMethod]
    public void RowsAreAView()
    {
        ITransformer model = FruitChain.Fit(_ml);
        RobustnessMetrics metrics = _ml.MulticlassClassification.EvaluateRobustness(
            model, Fruit.Load(_ml, 20, seed: 1), AttackSuite.Quick(Norm.L2, 0.2), options: new() { ProbeRows = 0 });

        RobustnessRow[] rows = [.. _ml.Data.CreateEnumerable<RobustnessRow>(_ml.Data.LoadFromRobustness(metrics), reuseRowObject: false)];

        Assert.HasCount(20 * 3, rows);
        Assert.AreEqual(metrics.RobustAccuracy.Count, rows.GroupBy(row => row.Row).Count(group => group.All(row => !row.IsBroken)));
        Assert.IsTrue(rows.Where(row => row.Attack == "fgsm").All(row => row.L2 <= 0.2 + 1e-6));
    }

    [TestMethod]
    public void DataThatTellsNothingIsRefusedBeforeTheWork()
    {
        ITransformer model = FruitChain.Fit(_ml);
        AttackSuite suite = AttackSuite.Standard(Norm.LInfinity, 0.1);
        IDataView rows = Fruit.Load(_ml, 30, seed: 3);
        IDataView apples = _ml.Data.FilterByCustomPredicate<FruitRow>(rows, row => row.Kind != "apple");

        Refuses(apples, "rows of class apple only");
        Refuses(_ml.Data.FilterByCustomPredicate(rows, (FruitRow _) => true), "got no rows");
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => _ml.MulticlassClassification.EvaluateRobustness(model, rows, suite, "Nothing")).Message, "Nothing");

        void Refuses(IDataView data, string expected) => StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => _ml.MulticlassClassification.EvaluateRobustness(model, data, suite)).Message, expected);
    }
}
