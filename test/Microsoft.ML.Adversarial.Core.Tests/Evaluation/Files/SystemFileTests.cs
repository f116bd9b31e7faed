using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.ML.Adversarial.Evaluation.Systems;
using Microsoft.ML.Adversarial.TestData;

namespace Microsoft.ML.Adversarial.Evaluation.Files;

[TestClass]
public sealed class SystemFileTests
{
    private static readonly JsonSerializerOptions Named = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    [TestMethod]
    public void WhatIsReadIsWhatWasWritten()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            SystemRecord record = RandomSystemRecord.Of(seed);

            AssertSame(record, SystemFile.Read(new MemoryStream(Written(record))), $"seed {seed}");
        }
    }

    [TestMethod]
    public void TheSummaryIsThatOfTheMetrics()
    {
        SystemMetrics metrics = new(Small(rows: 40), confidence: 0.9);

        JsonNode summary = JsonNode.Parse(Written(metrics))!["summary"]!;

        Assert.AreEqual(0.9, (double)summary["confidence"]!);
        Assert.AreEqual(metrics.UnflaggedError.Value, (double)summary["unflaggedError"]!["value"]!);
        Assert.AreEqual(metrics.UnflaggedError.Interval.Upper, (double)summary["unflaggedError"]!["upper"]!);
        Assert.AreEqual(metrics.HalfBudgetAccuracy!.Value.Count, (int)summary["halfBudgetAccuracy"]!["count"]!);
        Assert.AreEqual(metrics.Detectors[1].Adaptive!.AreaUnderRocCurve, (double)summary["detectors"]![1]!["adaptive"]!["areaUnderRocCurve"]!);
        Assert.AreEqual(metrics["one", "plain"].Metrics!.AreaUnderRocCurve, (double)summary["attacks"]![0]!["detectors"]![0]!["areaUnderRocCurve"]!);
        Assert.AreEqual(metrics["plain"].TruePositives.Count, (int)summary["attacks"]![0]!["truePositives"]!["count"]!);
        Assert.HasCount(metrics.Diagnostics.Count, summary["diagnostics"]!.AsArray());
    }

    [TestMethod]
    public void TheSummaryIsNotReadBackAndWhatLaterReleasesAddIsPassedOver()
    {
        JsonNode json = JsonNode.Parse(Written(Small(rows: 5)))!;
        json["summary"] = "nothing";
        json["record"]!["colour"] = "green";

        AssertSame(Small(rows: 5), SystemFile.Read(Stream(json)), "without its summary and with more");
    }

    [TestMethod]
    public void AFileThatIsThereIsReplacedOnlyByAWholeOne()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("adversarial-");
        try
        {
            string path = Path.Combine(folder.FullName, "system.json");
            SystemFile.Write(path, new(Small(rows: 5)));
            SystemRecord torn = Small(rows: 5) with { HalfBudgetAttack = null };

            ArgumentException error = Assert.ThrowsExactly<ArgumentException>(() => SystemFile.Write(path, new(torn)));

            StringAssert.Contains(error.Message, "row 0: expected nothing of half the budget");
            AssertSame(Small(rows: 5), SystemFile.Read(path), "the first file");
            Assert.HasCount(1, folder.GetFiles());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [TestMethod]
    public void WhatContradictsItselfIsNotWritten()
    {
        SystemRecord whole = Small(rows: 3);
        (SystemRecord Torn, string Expected)[] cases =
        [
            (whole with { Rows = [whole.Rows[0] with { Scores = [1] }] }, "row 0: expected 2 scores, got 1"),
            (whole with { Rows = [whole.Rows[0] with { Outcomes = [] }] }, "row 0: expected 2 outcomes, got 0"),
            (whole with { Rows = [whole.Rows[1] with { Error = "Broken." }] }, "row 1: expected 0 outcomes, got 2"),
            (whole with { Rows = [whole.Rows[0] with { Row = -1 }] }, "row -1: expected a number from 0"),
            (whole with { Rows = [whole.Rows[0] with { Outcomes = [.. whole.Rows[0].Outcomes.Select(one => one with { Scores = [] })] }] }, "after each attack, got 0"),
        ];

        foreach ((SystemRecord torn, string expected) in cases)
        {
            // Metrics of such a record need not exist.
            StringAssert.Contains(SystemContradiction.In(torn), expected);
        }

        Assert.IsNull(SystemContradiction.In(whole));
    }

    [TestMethod]
    [DataRow("$.format", "\"microsoft-ml-adversarial-evaluation\"", "got \"microsoft-ml-adversarial-evaluation\": this is no evaluation of a classifier with its detectors")]
    [DataRow("$.version", "2", "newer release: update this library")]
    [DataRow("$.version", "0", "expected version 1, got 0")]
    [DataRow("$.record", null, "expected a property 'record', got none")]
    [DataRow("$.record.falsePositiveRate", "\"low\"", "falsePositiveRate: expected a number, \"NaN\", \"Infinity\" or \"-Infinity\", got \"low\"")]
    [DataRow("$.record.batchSize", "0", "batchSize: expected at least 1, got 0")]
    [DataRow("$.record.halfBudgetAttack", null, "row 0: expected nothing of half the budget")]
    [DataRow("$.record.detectors.0.threshold", "1e39", "threshold: expected a number of 32 bits, \"NaN\", \"Infinity\" or \"-Infinity\", got 1e39")]
    [DataRow("$.record.detectors.1.name", "\"one\"", "detectors: expected different names, got one, one")]
    [DataRow("$.record.detectors.1.name", "\"three\"", "expected a property 'three', got none")]
    [DataRow("$.record.rows.scores.two", "[1,2,3,4]", "two: expected a list of 5, got 4")]
    [DataRow("$.record.rows.scores.two", "[1,2,3,4,\"high\"]", "two: expected a number of 32 bits")]
    [DataRow("$.record.rows.holdsAtHalfBudget", "[0,1,0,1,2]", "holdsAtHalfBudget: expected 0 or 1, got 2")]
    [DataRow("$.record.rows.row", "[4,3,2,1,0]", "rows: expected rising numbers")]
    [DataRow("$.record.rows.row", "[-1,0,1,2,3]", "row -1: expected a number from 0")]
    [DataRow("$.record.rows.errors", "[{\"place\":5,\"error\":\"x\"}]", "errors: place: expected a place from 0 to 4, got 5")]
    [DataRow("$.record.rows.errors", "[{\"place\":0,\"error\":\"x\"}]", "one: expected a list of 4, got 5")]
    [DataRow("$.record.attacks.0.outcomes.misclassified", "[0,0,0,0,2]", "misclassified: expected 0 or 1, got 2")]
    [DataRow("$.record.attacks.0.outcomes.size", "\"l2\"", "size: expected a list, got \"l2\"")]
    [DataRow("$.record.attacks.0.outcomes.scores", "{}", "scores: expected a property 'one', got none")]
    [DataRow("$.record.attacks.0.seconds", "1e300", "seconds: expected a time in seconds, got")]
    [DataRow("$.record.attacks.1.name", "\"plain\"", "attacks: expected different names, got plain, plain")]
    [DataRow("$.record.attacks.1.evades", "[\"three\"]", "attack 'adaptive': expected to evade some of the detectors one, two, got 'three'")]
    public void ADamagedValueIsNamed(string path, string? value, string expected)
    {
        JsonNode json = JsonNode.Parse(Written(Small(rows: 5)))!;
        string[] steps = path.Split('.')[1..];
        JsonNode parent = steps[..^1].Aggregate(json, (node, step) => int.TryParse(step, out int index) ? node[index]! : node[step]!);
        parent[steps[^1]] = value is null ? null : JsonNode.Parse(value);

        InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(() => SystemFile.Read(Stream(json)));

        StringAssert.Contains(error.Message, expected);
    }

    [TestMethod]
    [DataRow("", "empty")]
    [DataRow("[]", "expected an object")]
    [DataRow("null", "expected an object")]
    [DataRow("{\"format\":\"a\",\"format\":\"b\"}", "duplicate")]
    [DataRow("not json", "nested at most 16 deep")]
    public void WhatIsNoEvaluationIsRefused(string text, string about)
    {
        InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(
            () => SystemFile.Read(new MemoryStream(Encoding.UTF8.GetBytes(text))), about);

        StringAssert.StartsWith(error.Message, "the evaluation of a classifier with its detectors: expected");
    }

    [TestMethod]
    public void DeepNestingIsRefused()
    {
        string deep = $"{{\"summary\":{new string('[', 100_000)}{new string(']', 100_000)}}}";

        InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(
            () => SystemFile.Read(new MemoryStream(Encoding.UTF8.GetBytes(deep))));

        StringAssert.Contains(error.Message, "nested at most 16 deep");
    }

    [TestMethod]
    public void EveryTruncationIsRefused()
    {
        byte[] whole = Written(Small(rows: 3));
        // The last byte is the closing brace.
        for (int length = 0; length < whole.Length; length += 7)
        {
            Assert.ThrowsExactly<InvalidDataException>(() => SystemFile.Read(new MemoryStream(whole, 0, length)), $"{length} bytes");
        }
    }

    [TestMethod]
    public void ChangedBytesAreRefusedOrRead()
    {
        byte[] whole = Written(Small(rows: 6));
        Random random = new(1);
        for (int trial = 0; trial < 2000; trial++)
        {
            byte[] changed = [.. whole];
            changed[random.Next(changed.Length)] = (byte)random.Next(256);
            try
            {
                // What still reads has metrics.
                _ = new SystemMetrics(SystemFile.Read(new MemoryStream(changed)));
            }
            catch (InvalidDataException)
            {
            }
        }
    }

    /// <summary>A record as an evaluation makes it.</summary>
    private static SystemRecord Small(int rows)
    {
        Random random = new(7);
        return RandomSystemRecord.Of(1) with
        {
            Epsilon = 0.1,
            Classes = ["a", "b"],
            BatchSize = 4,
            FalsePositiveRate = 0.2,
            HalfBudgetAttack = "pgd Linf 0.05",
            Detectors = [new("one", 0.8f, 99, null), new("two", 0.9f, 99, null)],
            Attacks =
            [
                new("plain", "pgd Linf 0.1", false, false, [], TimeSpan.FromSeconds(1.5)), new("adaptive", "both", false, false, ["one", "two"], default),
            ],
            Rows = [.. Enumerable.Range(0, rows).Select(row => new SystemRow(
                row, row % 2, row % 3 == 0 ? 0 : row % 2, [random.NextSingle(), random.NextSingle()], row % 2 == 0, [Outcome(random), Outcome(random)]))],
        };

        static SystemOutcome Outcome(Random random) => new(random.Next(3) > 0, random.Next(2), 0.1f, [random.NextSingle(), random.NextSingle()]);
    }

    private static byte[] Written(SystemRecord record) => Written(new SystemMetrics(record));

    private static byte[] Written(SystemMetrics metrics)
    {
        using MemoryStream stream = new();
        SystemFile.Write(stream, metrics);
        return stream.ToArray();
    }

    private static MemoryStream Stream(JsonNode json) => new(JsonSerializer.SerializeToUtf8Bytes(json));

    // Texts of numbers, times and all else are exact, and lists compare by what is in them.
    private static void AssertSame(SystemRecord expected, SystemRecord actual, string about) =>
        Assert.AreEqual(JsonSerializer.Serialize(expected, Named), JsonSerializer.Serialize(actual, Named), about);
}
