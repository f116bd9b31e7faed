using Microsoft.ML.Adversarial.Attacks.Cascades;
using Microsoft.ML.Adversarial.Evaluation.Diagnostics;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Evaluation.Systems;
using Microsoft.ML.Adversarial.Pictures;

namespace Microsoft.ML.Adversarial.Evaluation.Reports;

/// <summary>Models as an evaluation finds them, without one.</summary>
internal static class ReportExample
{
    private static readonly string[] Names = ["pgd", "autoattack", "square", "fgsm", "deepfool"];

    /// <summary>A model of which a share of rows withstands the attacks.</summary>
    public static ReportedModel Model(string name, int seed, int rows = 200, int attacks = 2, double robust = 0.4, params IReadOnlyList<Diagnostic> probes)
    {
        Random random = new(seed);
        float[] clean = Scores(random, rows, 0);
        float[] attacked = Scores(random, rows, 1.5);
        return new(name, new(Record(random, rows, attacks, robust, probes)))
        {
            Scores = [new("FisherTrace", "pgd", clean, attacked)],
            Pictures = [new(new PictureGrid { Rows = [[PictureTile.Input(new float[784], [1, 28, 28])]] }, $"Adversarial inputs of {name}")],
            Figures = [new("Detector", "FisherTrace")],
            Settings = [new("Epochs", "20"), new("Trainer", "PGD-AT")],
            Detection = Detection(clean, attacked),
        };
    }

    /// <summary>
    /// Detectors that half of the errors by attacks that know of none score above, and one in ten of those by attacks that know of them.
    /// </summary>
    /// <param name="seed">Other seeds give other scores.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="success">The share of rows that attacks break.</param>
    /// <param name="whyNotEvaded">Why there is no adaptive attack on the last detector; null where there is one.</param>
    /// <param name="odd">A score that every third row has instead of its own.</param>
    /// <param name="detectors">Their names.</param>
    public static SystemMetrics System(
        int seed, int rows = 60, double success = 0.8, string? whyNotEvaded = null, float? odd = null, params string[] detectors)
    {
        Random random = new(seed);
        string[] evadable = whyNotEvaded is null ? detectors : detectors[..^1];
        SystemAttackRecord[] attacks =
        [
            new("pgd", "pgd Linf 0.1 Steps=40", false, false, [], TimeSpan.FromSeconds(2)),
            new("square", "square Linf 0.1 Queries=300", true, false, [], TimeSpan.FromSeconds(3)),
            .. evadable.Select(detector => new SystemAttackRecord(
                $"adaptive {detector}, selective", $"DetectorEvasion Linf 0.1 of {detector}", false, false, [detector], TimeSpan.FromSeconds(9))),
        ];
        return new(new SystemRecord
        {
            LibraryVersion = "0.1.0",
            Suite = "quick",
            Norm = "Linf",
            Epsilon = 0.1,
            Constraints = "none",
            Classes = ["a", "b"],
            Seed = 7,
            BatchSize = 256,
            IsComplete = true,
            FalsePositiveRate = 0.05,
            Detectors =
            [
                .. detectors.Select((detector, index) => new SystemDetectorRecord(
                    detector, 1.5f, 400, index == detectors.Length - 1 ? whyNotEvaded : null)),
            ],
            Attacks = attacks,
            AttacksLeftOut = [],
            HalfBudgetAttack = "autoattack Linf 0.05",
            Rows = [.. Enumerable.Range(0, rows).Select(row => new SystemRow(
                row, row % 2, row % 2, Scored(row, 0), HoldsAtHalfBudget: true,
                [.. attacks.Select(attack => Outcome(row, attack.IsAdaptive ? -0.5 : 1.5))]))],
        });

        SystemOutcome Outcome(int row, double shift)
        {
            bool isBroken = random.NextDouble() < success;
            return new(isBroken, isBroken ? 1 - (row % 2) : row % 2, 0.1, Scored(row, shift));
        }

        float[] Scored(int row, double shift) =>
            [.. detectors.Select(_ => row % 3 == 2 && odd is { } score ? score : (float)(shift + (2 * random.NextDouble()) - 1))];
    }

    private static DetectionEvaluation Detection(float[] clean, float[] attacked)
    {
        MLContext ml = new(seed: 1);
        return ml.MulticlassClassification.EvaluateDetection(
            View(ml, clean), new Dictionary<string, IDataView> { ["pgd"] = View(ml, attacked), ["fgsm <b>"] = View(ml, attacked) }, ["FisherTrace"],
            new DetectionEvaluationOptions { Bootstrap = new() { ResampleCount = 20 } });
    }

    private static IDataView View(MLContext ml, float[] scores) =>
        ml.Data.LoadFromEnumerable(scores.Select(score => new ScoredRow { FisherTrace = score, IsAdversarial = score > 1 }));

    private static float[] Scores(Random random, int count, double shift) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)(shift + Math.Log(random.NextDouble() / (1 - random.NextDouble()))))];

    private static EvaluationRecord Record(Random random, int rows, int attacks, double robust, IReadOnlyList<Diagnostic> probes) => new()
    {
        LibraryVersion = "0.1.0",
        Suite = "standard",
        Norm = "Linf",
        Epsilon = 0.1,
        Constraints = "none",
        Classes = [.. Enumerable.Range(0, 10).Select(index => $"digit {index}")],
        Seed = 7,
        BatchSize = 256,
        RowCount = rows,
        ShardCount = 1,
        Shards = [0],
        IsComplete = true,
        Attacks = [.. Names.Take(attacks).Select(name => new AttackRecord(
            name, $"{name} Linf 0.1 Steps=100", name == "square", name == "deepfool", name == "autoattack" ? ["apgd-ce", "square"] : [],
            name == "autoattack" ? [false, true] : [], 123456, TimeSpan.FromSeconds(75)))],
        AttacksLeftOut = [],
        Warnings = RobustnessWarnings.None,
        Probes = probes,
        ProbedCurve = new("pgd", 64, [.. Enumerable.Range(0, 21).Select(step => new SecurityPoint(step / 100.0, 0, Math.Max(0, 0.98 - (step * (1 - robust) / 10))))]),
        Rows = [.. Enumerable.Range(0, rows).Select(row => Row(random, row, attacks, robust))],
    };

    private static EvaluatedRow Row(Random random, int row, int attacks, double robust)
    {
        int label = row % 10;
        bool isCorrect = row % 50 != 0;
        return new(row, $"{row:X16}", label, isCorrect ? label : (label + 1) % 10, [.. Enumerable.Range(0, attacks).Select(attack =>
        {
            bool isBroken = !isCorrect || random.NextDouble() > robust;
            return new RowOutcome(
                isBroken, isBroken ? (label + 1) % 10 : label, 0.1, new(random.Next(784), 40 * random.NextDouble(), 3 * random.NextDouble(), 0.1),
                Names[attack] == "autoattack" && isBroken ? 0 : null);
        })]);
    }

    private sealed class ScoredRow
    {
        public float FisherTrace { get; set; }

        public bool IsAdversarial { get; set; }
    }
}
