namespace Microsoft.ML.Adversarial.Training;

[TestClass]
public sealed class TrainingOptionsTests
{
    public static IEnumerable<object[]> OutOfRange =>
    [
        ["Epochs", new TrainingOptions { Epochs = 0 }],
        ["BatchSize", new TrainingOptions { BatchSize = 0 }],
        ["LearningRate", new TrainingOptions { LearningRate = 0 }],
        ["LearningRate", new TrainingOptions { LearningRate = double.NaN }],
        ["LearningRate", new TrainingOptions { LearningRate = double.PositiveInfinity }],
        ["Momentum", new TrainingOptions { Momentum = 1 }],
        ["Momentum", new TrainingOptions { Momentum = -0.1 }],
        ["WeightDecay", new TrainingOptions { WeightDecay = -1 }],
        ["WeightDecay", new TrainingOptions { WeightDecay = double.NaN }],
        ["ValidationFraction", new TrainingOptions { ValidationFraction = 0.95 }],
        ["ValidationFraction", new TrainingOptions { ValidationFraction = -0.1 }],
        ["ValidationFraction", new TrainingOptions { ValidationFraction = double.NaN }],
        ["Patience", new TrainingOptions { Patience = 0 }],
        ["WeightAveraging", new TrainingOptions { WeightAveraging = 1 }],
        ["CheckpointPath", new TrainingOptions { CheckpointPath = "" }],
        ["ThreadCount", new TrainingOptions { ThreadCount = -1 }],
        ["Optimizer", new TrainingOptions { Optimizer = (OptimizerKind)7 }],
        ["Schedule", new TrainingOptions { Schedule = (LearningRateSchedule)7 }],
    ];

    [TestMethod]
    [DynamicData(nameof(OutOfRange))]
    public void FieldsOutOfRangeAreNamedBeforeAnythingIsDone(string field, TrainingOptions options)
    {
        using TrainingTask task = new();
        byte[] before = task.Weights();
        var e = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => task.Run(options));
        Assert.AreEqual(field, e.ParamName);
        Assert.StartsWith($"Expected {field} ", e.Message);
        CollectionAssert.AreEqual(before, task.Weights());
    }

    [TestMethod]
    public void DefaultsAreInRange() => new TrainingOptions().Validate();
}
