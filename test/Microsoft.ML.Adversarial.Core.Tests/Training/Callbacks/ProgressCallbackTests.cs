namespace Microsoft.ML.Adversarial.Training.Callbacks;

[TestClass]
public sealed class ProgressCallbackTests
{
    [TestMethod]
    public void EveryEpochIsALineForPeople()
    {
        using TrainingTask task = new();
        using StringWriter writer = new() { NewLine = "\n" };

        List<TrainingProgress> reports = task.Run(new() { Epochs = 2, BatchSize = 72, Callbacks = [new ProgressCallback(writer)] });

        string[] lines = writer.ToString().TrimEnd('\n').Split('\n');
        Assert.HasCount(2, lines);
        string expected = FormattableString.Invariant(
            $"Epoch 1 of 2: loss {reports[0].TrainingLoss:F4}, validation loss {reports[0].ValidationLoss:F4}, validation accuracy {reports[0].ValidationAccuracy:P2}, best so far, ");
        Assert.StartsWith(expected, lines[0]);
        Assert.EndsWith(" to go", lines[0]);
        Assert.DoesNotContain("to go", lines[1]);
        Assert.DoesNotContain("under PGD", lines[0]);
    }

    [TestMethod]
    public void WithoutHeldOutRowsThereIsTheLossAlone()
    {
        using TrainingTask task = new();
        using StringWriter writer = new();
        task.Run(new() { Epochs = 1, ValidationFraction = 0, Callbacks = [new ProgressCallback(writer)] });
        Assert.MatchesRegex(@"^Epoch 1 of 1: loss \d+\.\d{4}, \d+\.\d s\s*$", writer.ToString());
    }
}
