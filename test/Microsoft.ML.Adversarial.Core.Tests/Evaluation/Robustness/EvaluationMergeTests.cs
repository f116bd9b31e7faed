using Microsoft.ML.Adversarial.Attacks.Cascades;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Evaluation.Robustness;

[TestClass]
public sealed class EvaluationMergeTests
{
    private const int Rows = 100;
    private const int Count = 4;

    [TestMethod]
    public void FourPartsTogetherAreTheWholeExactly()
    {
        EvaluationRecord whole = Evaluate(EvaluationShard.Whole);

        EvaluationRecord merged = EvaluationMerge.Join([.. Parts().Reverse()]);

        RecordAssert.AreEqual(whole, merged);
        Assert.AreEqual(new RobustnessMetrics(whole).ToString(), new RobustnessMetrics(merged).ToString());
        Assert.IsNotEmpty(merged.Probes);
        Assert.IsNotNull(merged.ProbedCurve);
        Assert.IsNotNull(merged.Attacks[0].Queries);
    }

    [TestMethod]
    public void OnePartIsTheWhole()
    {
        EvaluationRecord whole = Evaluate(EvaluationShard.Whole);

        RecordAssert.AreEqual(whole, EvaluationMerge.Join([whole]));
    }

    [TestMethod]
    public void PartsWithoutRowsCostNothing()
    {
        EvaluationRecord[] parts = [.. Enumerable.Range(0, 6).Select(index => Evaluate(new(index, 6)))];

        Assert.IsEmpty(parts[5].Rows);
        Assert.AreEqual(0, new RobustnessMetrics(parts[5]).RobustAccuracy.Total);
        RecordAssert.AreEqual(Evaluate(EvaluationShard.Whole), EvaluationMerge.Join(parts));
    }

    [TestMethod]
    public void APartOfWhichNoRowCanBeEvaluatedIsJoinedLikeOthers()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor images = Mnist.Images(Rows).clone();
        images[TensorIndex.Slice(25, 50)] = 2;

        EvaluationRecord merged = EvaluationMerge.Join([.. Enumerable.Range(0, Count).Select(index => Evaluate(new(index, Count), images))]);

        RecordAssert.AreEqual(Evaluate(EvaluationShard.Whole, images), merged);
        Assert.AreEqual(25, merged.Rows.Count(row => row.Error is not null));
    }

    [TestMethod]
    public void WarningsOfAllPartsCount()
    {
        EvaluationRecord[] parts = Parts();
        parts[1] = parts[1] with { Warnings = RobustnessWarnings.Randomised };
        parts[3] = parts[3] with { Warnings = RobustnessWarnings.ZeroGradient };

        Assert.AreEqual(RobustnessWarnings.Randomised | RobustnessWarnings.ZeroGradient, EvaluationMerge.Join(parts).Warnings);
    }

    [TestMethod]
    public void PartsThatDoNotBelongTogetherAreNamed()
    {
        EvaluationRecord[] parts = Parts();
        (EvaluationRecord[] Parts, string Expected)[] cases =
        [
            ([], "got none"),
            ([parts[0], parts[2]], "Expected all 4 parts, got none for 2, 4."),
            ([.. parts, parts[1]], "got part 2 of 4 2 times"),
            (With(part => part with { IsComplete = false }), "got part 3 of 4, which was cancelled after 25 rows"),
            (With(part => part with { Suite = "Full" }), "another suite, 'Quick' and 'Full'"),
            (With(part => part with { Norm = "L2" }), "another norm, 'Linf' and 'L2'"),
            (With(part => part with { Epsilon = 0.3 }), "another epsilon, '0.05' and '0.3'"),
            (With(part => part with { Constraints = "8bit" }), "another constraints"),
            (With(part => part with { Classes = ["a"] }), "another classes"),
            (With(part => part with { Seed = 5 }), "another seed, '3' and '5'"),
            (With(part => part with { BatchSize = 30 }), "another batch size"),
            (With(part => part with { RowCount = 90 }), "another number of rows"),
            (With(part => part with { ShardCount = 5 }), "another number of parts"),
            (With(part => part with { LibraryVersion = "0" }), "another library version"),
            (With(part => part with { DataFingerprint = "A1" }), "another data, 'not named' and 'A1'"),
            (With(part => part with { ModelFingerprint = "B2" }), "part 1 of 4 and part 3 of 4 with another model, 'not named' and 'B2'"),
            (With(part => part with { AttacksLeftOut = ["pgd"] }), "another attacks left out"),
            (With(part => part with { Attacks = [.. part.Attacks.Select(attack => attack with { Settings = "fgsm" })] }), "another attacks"),
            (With(part => part with { Rows = [.. part.Rows.Take(20)] }), "got 95 of them"),
            (With(part => part with { Rows = parts[0].Rows }), "got row 0 2 times"),
        ];
        foreach ((EvaluationRecord[] mixed, string expected) in cases)
        {
            ArgumentException error = Assert.ThrowsExactly<ArgumentException>(() => EvaluationMerge.Join(mixed), expected);
            StringAssert.Contains(error.Message, expected);
        }

        EvaluationRecord[] With(Func<EvaluationRecord, EvaluationRecord> change) => [parts[0], parts[1], change(parts[2]), parts[3]];
    }

    private static EvaluationRecord[] Parts() => [.. Enumerable.Range(0, Count).Select(index => Evaluate(new(index, Count)))];

    private static EvaluationRecord Evaluate(EvaluationShard shard, Tensor? images = null)
    {
        using DisposeScope scope = NewDisposeScope();
        using NetworkClassifier network = new(Golden.Network("mlp"), InputBounds.Unit);
        return RobustnessEvaluation.Run(
            network, classes: null, EvaluationBatch.Of(images ?? Mnist.Images(Rows), Mnist.Labels(Rows), 25), AttackSuite.Quick(Norm.LInfinity, 0.05),
            new() { BatchSize = 25, Seed = 3, Shard = shard, ProbeRows = 4 }).Record;
    }
}
