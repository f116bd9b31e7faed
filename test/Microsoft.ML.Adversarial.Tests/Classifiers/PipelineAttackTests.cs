using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.Constraints;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Attacks.RandomSearch;
using Microsoft.ML.Adversarial.Classifiers.Pipelines;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Classifiers;

[TestClass]
public sealed class PipelineAttackTests
{
    private readonly MLContext ml = new(seed: 1);

    [TestMethod]
    public void AdversarialRowsAreRowsOfTheSchemaThatTheModelGetsWrong()
    {
        Loan[] loans = Loan.Some(300);
        IDataView data = ml.Data.LoadFromEnumerable(loans);
        ITransformer model = Loan.Features(ml).Append(ml.BinaryClassification.Trainers.FastTree(nameof(Loan.IsGranted), numberOfTrees: 10)).Fit(data);
        PipelineClassifier classifier = ml.Model.CreatePipelineClassifier(model, data);
        SquareAttack attack = new(Norm.LInfinity, 0.2) { Queries = 200, Constraints = new() { EpsilonScale = classifier.Ranges } };

        PipelineAttackResult result = classifier.Attack(data, attack, nameof(Loan.IsGranted));

        Assert.IsGreaterThan(0.9, result.CleanAccuracy);
        Assert.IsLessThan(0.6, result.RobustAccuracy);
        Assert.IsLessThanOrEqualTo(300 * 201, result.QueryCount);
        Loan[] adversarial = [.. ml.Data.CreateEnumerable<Loan>(result.Rows, reuseRowObject: false)];
        bool[] predicted = [.. model.Transform(ml.Data.LoadFromEnumerable(adversarial)).GetColumn<bool>("PredictedLabel")];
        float range = loans.Max(loan => loan.Income) - loans.Min(loan => loan.Income);
        int years = loans.Max(loan => loan.Age) - loans.Min(loan => loan.Age);
        for (int row = 0; row < loans.Length; row++)
        {
            Assert.AreEqual(result.Succeeded[row], predicted[row] != loans[row].IsGranted, $"row {row}");
            Assert.IsLessThanOrEqualTo((0.2 * range) + 1e-4, Math.Abs(adversarial[row].Income - loans[row].Income));
            Assert.IsLessThanOrEqualTo(0.2 * years, Math.Abs(adversarial[row].Age - loans[row].Age));
            Assert.AreEqual(loans[row].City, adversarial[row].City);
            Assert.AreEqual(loans[row].IsMember, adversarial[row].IsMember);
            Assert.AreEqual(loans[row].Remark, adversarial[row].Remark);
        }

        Assert.IsTrue(adversarial.Zip(loans).Any(pair => pair.First.Age != pair.Second.Age));
    }

    [TestMethod]
    public void CategoriesChangeToOthersOfTheirValues()
    {
        Loan[] loans = Loan.Some(300);
        IDataView data = ml.Data.LoadFromEnumerable(loans);
        ITransformer model = Loan.Features(ml).Append(ml.BinaryClassification.Trainers.AveragedPerceptron(nameof(Loan.IsGranted))).Fit(data);
        PipelineClassifier classifier = ml.Model.CreatePipelineClassifier(
            model, data, new() { NumberColumns = [], CategoryColumns = [nameof(Loan.City), nameof(Loan.IsMember)] });

        PipelineAttackResult result = classifier.Attack(data, new SquareAttack(Norm.LInfinity, 1) { Queries = 100 }, nameof(Loan.IsGranted));

        Assert.IsLessThan(result.CleanAccuracy - 0.05, result.RobustAccuracy);
        Loan[] adversarial = [.. ml.Data.CreateEnumerable<Loan>(result.Rows, reuseRowObject: false)];
        Assert.IsTrue(adversarial.Zip(loans).All(pair => pair.First.Income == pair.Second.Income && pair.First.Age == pair.Second.Age));
        Assert.IsTrue(adversarial.Zip(loans).Any(pair => pair.First.City != pair.Second.City));
        Assert.IsTrue(adversarial.All(loan => loan.City is "Aachen" or "Bonn" or "Cologne"));
    }

    [TestMethod]
    public void TheAttacksOwnConstraintsHoldToo()
    {
        Loan[] loans = Loan.Some(60);
        IDataView data = ml.Data.LoadFromEnumerable(loans);
        ITransformer model = Loan.Features(ml).Append(ml.BinaryClassification.Trainers.FastTree(nameof(Loan.IsGranted), numberOfTrees: 5)).Fit(data);
        PipelineClassifier classifier = ml.Model.CreatePipelineClassifier(model, data);
        FeatureSet income = FeatureSet.Where(classifier.Features.Select(feature => feature.ColumnName == nameof(Loan.Income)));
        SquareAttack attack = new(Norm.LInfinity, 1) { Queries = 50, Constraints = new() { Frozen = income } };

        PipelineAttackResult result = classifier.Attack(data, attack, nameof(Loan.IsGranted));

        Loan[] adversarial = [.. ml.Data.CreateEnumerable<Loan>(result.Rows, reuseRowObject: false)];
        Assert.IsTrue(adversarial.Zip(loans).All(pair => pair.First.Income == pair.Second.Income && pair.First.City == pair.Second.City));
        Assert.IsTrue(adversarial.Zip(loans).Any(pair => pair.First.Debts[0] != pair.Second.Debts[0]));
    }

    [TestMethod]
    public void AttacksThatNeedGradientsAreRefused()
    {
        IDataView data = ml.Data.LoadFromEnumerable(Loan.Some(60));
        ITransformer model = Loan.Features(ml).Append(ml.BinaryClassification.Trainers.FastTree(nameof(Loan.IsGranted), numberOfTrees: 5)).Fit(data);
        PipelineClassifier classifier = ml.Model.CreatePipelineClassifier(model, data);

        Failures.Require<ArgumentException>(
            () => classifier.Attack(data, new ProjectedGradientDescent(Norm.LInfinity, 0.1), nameof(Loan.IsGranted)),
            "scores or decisions only", "ProjectedGradientDescent");
    }

    [TestMethod]
    public void ARowThatIsNoNumberIsNamedWithItsColumn()
    {
        Loan[] loans = Loan.Some(300);
        IDataView data = ml.Data.LoadFromEnumerable(loans);
        ITransformer model = Loan.Features(ml).Append(ml.BinaryClassification.Trainers.FastTree(nameof(Loan.IsGranted), numberOfTrees: 5)).Fit(data);
        PipelineClassifier classifier = ml.Model.CreatePipelineClassifier(model, data);
        loans[270].Income = float.NaN;

        AdversarialInputException error = Failures.Require<AdversarialInputException>(
            () => classifier.Attack(ml.Data.LoadFromEnumerable(loans), new SquareAttack(Norm.LInfinity, 0.1) { Queries = 2 }, nameof(Loan.IsGranted)), "Income");

        Assert.AreEqual(270, error.Row);
    }
}
