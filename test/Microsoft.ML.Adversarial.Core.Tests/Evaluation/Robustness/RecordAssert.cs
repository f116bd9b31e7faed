namespace Microsoft.ML.Adversarial.Evaluation.Robustness;

/// <summary>Whether two evaluations measured the same, in all but the time that they took.</summary>
internal static class RecordAssert
{
    public static void AreEqual(EvaluationRecord expected, EvaluationRecord actual)
    {
        Assert.AreEqual(WithoutParts(expected), WithoutParts(actual));
        CollectionAssert.AreEqual(expected.Classes.ToArray(), actual.Classes.ToArray());
        CollectionAssert.AreEqual(expected.Shards.ToArray(), actual.Shards.ToArray());
        CollectionAssert.AreEqual(expected.AttacksLeftOut.ToArray(), actual.AttacksLeftOut.ToArray());
        CollectionAssert.AreEqual(expected.Probes.ToArray(), actual.Probes.ToArray());
        CollectionAssert.AreEqual(expected.ProbedCurve?.Points.ToArray(), actual.ProbedCurve?.Points.ToArray());
        CollectionAssert.AreEqual(expected.Attacks.Select(WithoutTime).ToArray(), actual.Attacks.Select(WithoutTime).ToArray());
        CollectionAssert.AreEqual(expected.Attacks.SelectMany(attack => attack.Stages).ToArray(), actual.Attacks.SelectMany(attack => attack.Stages).ToArray());
        CollectionAssert.AreEqual(
            expected.Rows.Select(row => row with { Outcomes = [] }).ToArray(), actual.Rows.Select(row => row with { Outcomes = [] }).ToArray());
        CollectionAssert.AreEqual(expected.Rows.SelectMany(row => row.Outcomes).ToArray(), actual.Rows.SelectMany(row => row.Outcomes).ToArray());
    }

    private static EvaluationRecord WithoutParts(EvaluationRecord record) =>
        record with { Classes = [], Shards = [], AttacksLeftOut = [], Probes = [], ProbedCurve = null, Attacks = [], Rows = [] };

    private static AttackRecord WithoutTime(AttackRecord attack) => attack with { Stages = [], StageIsBlackBox = [], Time = TimeSpan.Zero };
}
