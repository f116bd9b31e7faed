using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.Adversarial.Attacks.Cascades;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.TestData;

namespace Microsoft.ML.Adversarial.Evaluation.Files;

[TestClass]
public sealed class EvaluationFileTests
{
    [TestMethod]
    public void WhatIsReadIsWhatWasWritten()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            EvaluationRecord record = RandomRecord.Of(seed);

            EvaluationRecord read = EvaluationFile.Read(new MemoryStream(Written(record)));

            AssertSame(record, read, $"seed {seed}");
        }
    }

    [TestMethod]
    public void TheSummaryIsThatOfTheMetrics()
    {
        RobustnessMetrics metrics = new(Small(rows: 40), confidence: 0.9);

        JsonNode summary = JsonNode.Parse(Written(metrics))!["summary"]!;

        Assert.AreEqual(0.9, (double)summary["confidence"]!);
        Assert.AreEqual(metrics.RobustAccuracy.Value, (double)summary["robustAccuracy"]!["value"]!);
        Assert.AreEqual(metrics.RobustAccuracy.Interval.Upper, (double)summary["robustAccuracy"]!["upper"]!);
        Assert.AreEqual(metrics.Attacks[0].Success.Count, (int)summary["attacks"]![0]!["success"]!["count"]!);
        Assert.AreEqual(metrics.Attacks[0].Sizes[3].Median, (double)summary["attacks"]![0]!["sizes"]![3]!["median"]!);
        Assert.HasCount(metrics.Diagnostics.Count, summary["diagnostics"]!.AsArray());
    }

    [TestMethod]
    public void TheSummaryIsNotReadBack()
    {
        JsonNode json = JsonNode.Parse(Written(Small(rows: 5)))!;
        json["summary"] = "nothing";

        AssertSame(Small(rows: 5), EvaluationFile.Read(Stream(json)), "without its summary");
    }

    [TestMethod]
    public void WhatLaterReleasesAddIsPassedOver()
    {
        JsonNode json = JsonNode.Parse(Written(Small(rows: 5)))!;
        json["record"]!["colour"] = "green";

        AssertSame(Small(rows: 5), EvaluationFile.Read(Stream(json)), "with more");
    }

    [TestMethod]
    public void ManyRowsAndAttacksStaySmall() => Assert.IsLessThan(10_000_000, Written(Small(rows: 10_000, attacks: 8)).Length);

    [TestMethod]
    public void AFileThatIsThereIsReplacedOnlyByAWholeOne()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("adversarial-");
        try
        {
            string path = Path.Combine(folder.FullName, "evaluation.json");
            EvaluationFile.Write(path, new(Small(rows: 5)));
            EvaluationRecord torn = Small(rows: 5) with { RowCount = 2 };

            ArgumentException error = Assert.ThrowsExactly<ArgumentException>(() => EvaluationFile.Write(path, new(torn)));

            StringAssert.Contains(error.Message, "row 2: expected a number from 0 to 1");
            AssertSame(Small(rows: 5), EvaluationFile.Read(path), "the first file");
            Assert.HasCount(1, folder.GetFiles());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [TestMethod]
    [DataRow("$.format", "\"other\"", "expected format \"microsoft-ml-adversarial-evaluation\", got \"other\"")]
    [DataRow("$.format", "1", "format: expected a text, got 1")]
    [DataRow("$.version", "2", "newer release: update this library")]
    [DataRow("$.version", "0", "expected version 1, got 0")]
    [DataRow("$.record", null, "expected a property 'record', got none")]
    [DataRow("$.record", "[]", "record: expected an object, got []")]
    [DataRow("$.record.epsilon", "\"much\"", "epsilon: expected a number, \"NaN\", \"Infinity\" or \"-Infinity\", got \"much\"")]
    [DataRow("$.record.epsilon", "1e999", "epsilon: expected a number")]
    [DataRow("$.record.seed", "1.5", "seed: expected a whole number, got 1.5")]
    [DataRow("$.record.batchSize", "0", "batchSize: expected at least 1, got 0")]
    [DataRow("$.record.shards", "[1]", "shards: expected rising numbers from 0 to 0, got 1")]
    [DataRow("$.record.isComplete", "1", "isComplete: expected true or false, got 1")]
    [DataRow("$.record.warnings", "[\"nonsense\"]", "warnings: expected one of none, randomised")]
    [DataRow("$.record.probes", "[{\"kind\":\"3\"}]", "probes: kind: expected one of randomised")]
    [DataRow("$.record.rows.label", "[1,2]", "rows: label: expected a list of 5, got 2")]
    [DataRow("$.record.rows.row", "[4,3,2,1,0]", "rows: expected rising numbers")]
    [DataRow("$.record.rows.row", "[0,1,2,3,5]", "row 5: expected a number from 0 to 4")]
    [DataRow("$.record.rows.errors", "[{\"place\":5,\"error\":\"x\"}]", "errors: place: expected a place from 0 to 4, got 5")]
    [DataRow("$.record.rows.errors", "[{\"place\":0,\"error\":\"x\"}]", "misclassified: expected a list of 4, got 5")]
    [DataRow("$.record.attacks.0.outcomes.l2", "[0,0,0,0]", "l2: expected a list of 5, got 4")]
    [DataRow("$.record.attacks.0.outcomes.misclassified", "[0,0,0,0,2]", "misclassified: expected 0 or 1, got 2")]
    [DataRow("$.record.attacks.0.outcomes.size", "\"l3\"", "size: expected a list, or one of l0, l1, l2, lInfinity, got l3")]
    [DataRow("$.record.attacks.0.outcomes.stage", "[0,0,0,0,1]", "row 4: expected one of 1 stages of 'attack 0', got 1")]
    [DataRow("$.record.attacks.0.seconds", "1e300", "seconds: expected a time in seconds, got")]
    [DataRow("$.record.attacks.1.name", "\"attack 0\"", "attacks: expected different names, got attack 0, attack 0")]
    public void ADamagedValueIsNamed(string path, string? value, string expected)
    {
        JsonNode json = JsonNode.Parse(Written(Small(rows: 5, attacks: 2)))!;
        string[] steps = path.Split('.')[1..];
        JsonNode parent = steps[..^1].Aggregate(json, (node, step) => int.TryParse(step, out int index) ? node[index]! : node[step]!);
        parent[steps[^1]] = value is null ? null : JsonNode.Parse(value);

        InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(() => EvaluationFile.Read(Stream(json)));

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
            () => EvaluationFile.Read(new MemoryStream(Encoding.UTF8.GetBytes(text))), about);

        StringAssert.StartsWith(error.Message, "the evaluation: expected");
    }

    [TestMethod]
    public void DeepNestingIsRefused()
    {
        string deep = $"{{\"summary\":{new string('[', 100_000)}{new string(']', 100_000)}}}";

        InvalidDataException error = Assert.ThrowsExactly<InvalidDataException>(
            () => EvaluationFile.Read(new MemoryStream(Encoding.UTF8.GetBytes(deep))));

        StringAssert.Contains(error.Message, "nested at most 16 deep");
    }

    [TestMethod]
    public void EveryTruncationIsRefused()
    {
        byte[] whole = Written(Small(rows: 3));
        // The last byte is the closing brace.
        for (int length = 0; length < whole.Length; length += 7)
        {
            Assert.ThrowsExactly<InvalidDataException>(() => EvaluationFile.Read(new MemoryStream(whole, 0, length)), $"{length} bytes");
        }
    }

    [TestMethod]
    public void ChangedBytesAreRefusedOrRead()
    {
        byte[] whole = Written(Small(rows: 6, attacks: 2));
        Random random = new(1);
        for (int trial = 0; trial < 2000; trial++)
        {
            byte[] changed = [.. whole];
            changed[random.Next(changed.Length)] = (byte)random.Next(256);
            try
            {
                // What still reads has metrics.
                _ = new RobustnessMetrics(EvaluationFile.Read(new MemoryStream(changed)));
            }
            catch (InvalidDataException)
            {
            }
        }
    }

    /// <summary>A record as an evaluation makes it: fixed budgets, sizes in float32.</summary>
    private static EvaluationRecord Small(int rows, int attacks = 1)
    {
        Random random = new(7);
        return RandomRecord.Of(1) with
        {
            Epsilon = 0.1,
            Classes = ["a", "b"],
            BatchSize = 4,
            RowCount = rows,
            ShardCount = 1,
            Shards = [0],
            Warnings = RobustnessWarnings.None,
            Attacks = [.. Enumerable.Range(0, attacks).Select(index =>
                new AttackRecord($"attack {index}", "settings", false, false, ["stage"], [false], 100, TimeSpan.FromSeconds(1.5)))],
            Rows = [.. Enumerable.Range(0, rows).Select(row => new EvaluatedRow(
                row, $"{random.NextInt64():X16}", row % 2, row % 2,
                [.. Enumerable.Range(0, attacks).Select(_ => new RowOutcome(true, random.Next(10), 0.1f, new(random.Next(784), Size(50), Size(5), 0.1f)))]))],
        };

        double Size(double largest) => (float)(random.NextDouble() * largest);
    }

    private static byte[] Written(EvaluationRecord record) => Written(new RobustnessMetrics(record));

    private static byte[] Written(RobustnessMetrics metrics)
    {
        using MemoryStream stream = new();
        EvaluationFile.Write(stream, metrics);
        return stream.ToArray();
    }

    private static MemoryStream Stream(JsonNode json) => new(JsonSerializer.SerializeToUtf8Bytes(json));

    private static void AssertSame(EvaluationRecord expected, EvaluationRecord actual, string about)
    {
        // Texts of doubles, times and all else are exact, and lists compare by what is in them.
        Assert.AreEqual(Text(expected), Text(actual), about);
        Assert.HasCount(expected.Rows.Count, actual.Rows);
        foreach ((EvaluatedRow row, EvaluatedRow read) in expected.Rows.Zip(actual.Rows))
        {
            Assert.AreEqual(row with { Outcomes = [] }, read with { Outcomes = [] }, about);
            CollectionAssert.AreEqual(row.Outcomes.ToArray(), read.Outcomes.ToArray(), about);
        }

        static string Text(EvaluationRecord record) => JsonSerializer.Serialize(
            record, new JsonSerializerOptions { NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals });
    }
}
