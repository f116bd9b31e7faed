using Microsoft.ML.Adversarial.Classifiers.Pipelines;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Classifiers;

[TestClass]
public sealed class UnfitPipelineTests
{
    private readonly MLContext ml = new(seed: 1);

    [TestMethod]
    public void AChainWithoutScoresIsRefused()
    {
        IDataView data = ml.Data.LoadFromEnumerable(Loan.Some(20));
        ITransformer features = Loan.Features(ml).Fit(data);

        Failures.Require<ArgumentException>(() => ml.Model.CreatePipelineClassifier(features, data), "expected a column 'Score'");
    }

    [TestMethod]
    public void ALabelThatIsNotThereIsNamed()
    {
        IDataView data = ml.Data.LoadFromEnumerable(Loan.Some(60));
        PipelineClassifier classifier = Classifier(data);

        Failures.Require<ArgumentException>(() => classifier.EncodeLabels(data, "Nothing"), "expected a column 'Nothing'");
        Failures.Require<ArgumentException>(() => classifier.EncodeLabels(data, nameof(Loan.City)), "'City'", "expected a Boolean");
    }

    [TestMethod]
    public void RowsOfAnotherSchemaAreRefusedColumnByColumn()
    {
        PipelineClassifier classifier = Classifier(ml.Data.LoadFromEnumerable(Loan.Some(60)));
        IDataView others = ml.Data.LoadFromEnumerable([new { Income = "much", City = "Bonn", IsMember = true, Debts = new float[] { 1, 2 } }]);

        Failures.Require<ArgumentException>(
            () => classifier.Encode(others), "'Income' is String, expected Single", "'Age' is missing, expected Int32", "'Debts' is");
    }

    [TestMethod]
    public void ColumnsThatAreNotReadAreRefused()
    {
        IDataView data = ml.Data.LoadFromEnumerable(Loan.Some(60));

        Failures.Require<ArgumentException>(
            () => Classifier(data, new() { CategoryColumns = [nameof(Loan.Remark)] }), "'Remark'", "the scores depend on");
        Failures.Require<ArgumentException>(() => Classifier(data, new() { NumberColumns = [nameof(Loan.City)] }), "'City'", "expected numbers");
        Failures.Require<ArgumentException>(
            () => Classifier(data, new() { CategoryColumns = [nameof(Loan.Income)] }), "'Income'", "expected text, keys or Booleans");
        Failures.Require<ArgumentException>(() => Classifier(data, new() { NumberColumns = [] }), "at least one column that an attack may change");
    }

    [TestMethod]
    public void ChainsThatDropRowsAreRefused()
    {
        IDataView data = ml.Data.LoadFromEnumerable(Loan.Some(60));

        Failures.Require<ArgumentException>(() => ml.Model.CreatePipelineClassifier(new EveryOtherRow(), data), "one row for each row");
    }

    [TestMethod]
    public void ACategoryThatWasNotSeenIsNamed()
    {
        Loan[] loans = Loan.Some(60);
        PipelineClassifier classifier = Classifier(ml.Data.LoadFromEnumerable(loans), new() { CategoryColumns = [nameof(Loan.City)] });
        loans[7].City = "Essen";

        Failures.Require<InvalidOperationException>(
            () => classifier.Encode(ml.Data.LoadFromEnumerable(loans)), "Row 7, column 'City'", "'Essen'");
    }

    [TestMethod]
    public void IdentifiersAreNoCategories()
    {
        Loan[] loans = Loan.Some(1100);
        IDataView data = ml.Data.LoadFromEnumerable(loans);
        var chain = ml.Transforms.Text.FeaturizeText("Features", nameof(Loan.Remark)).Append(ml.BinaryClassification.Trainers.AveragedPerceptron(nameof(Loan.IsGranted)));

        Failures.Require<ArgumentException>(
            () => ml.Model.CreatePipelineClassifier(chain.Fit(data), data, new() { CategoryColumns = [nameof(Loan.Remark)] }), "'Remark'", "at most 1000 categories");
    }

    private PipelineClassifier Classifier(IDataView data, PipelineClassifierOptions? options = null) => ml.Model.CreatePipelineClassifier(
        Loan.Features(ml).Append(ml.BinaryClassification.Trainers.FastTree(nameof(Loan.IsGranted), numberOfTrees: 5)).Fit(data), data, options);

    private sealed class EveryOtherRow : ITransformer
    {
        public bool IsRowToRowMapper => false;

        public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => inputSchema;

        public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => throw new NotSupportedException();

        public IDataView Transform(IDataView input) => throw new NotSupportedException();

        public void Save(ModelSaveContext ctx) => throw new NotSupportedException();
    }
}
