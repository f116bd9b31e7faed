using Microsoft.ML.Adversarial.Attacks.Cascades;
using Microsoft.ML.Adversarial.Evaluation.Diagnostics;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
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
            Figures = [new("Unflagged error", "12.3 %")],
            Settings = [new("Epochs", "20"), new("Trainer", "PGD-AT")],
            Detection = Detection(clean, attacked),
        };
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
