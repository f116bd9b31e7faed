using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.Adversarial.Detectors.Combinations;
using Microsoft.ML.Adversarial.TestData;

namespace Microsoft.ML.Adversarial.Persistence;

/// <summary>
/// Hundreds of damaged model files, the same every time: each loads and scores or throws, within bounded time and memory. What ML.NET
/// itself wrote is damaged too.
/// </summary>
[TestClass]
public sealed class MutatedModelTests
{
    // Far more than a file of 30 KB needs, far less than a length that was taken at its word.
    private const long AllocationLimit = 200_000_000;

    // Detects a hang; not a measurement.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly Lazy<byte[]> Whole = new(() =>
    {
        var ml = new MLContext(seed: 1);
        using var file = new MemoryStream();
        // Without a schema: ML.NET's own reader of it can wait forever for a damaged one.
        ml.Model.Save(FruitChain.Fit(ml, epochs: 1), null, file);
        return file.ToArray();
    });

    private static readonly Lazy<byte[]> Detection = new(() =>
    {
        var ml = new MLContext(seed: 1);
        var rows = Fruit.Load(ml, 60, seed: 1);
        using var file = new MemoryStream();
        ml.Model.Save(
            Fruit.Labels(ml).Append(ml.Transforms.AdversarialDetection(["Id", "Code"], PValueCombination.Fisher, 0.25, "Label")).Fit(rows),
            null, file);
        return file.ToArray();
    });

    [TestMethod]
    public void Bytes_of_the_file_flipped() => Try(120, random => Flip(Whole.Value, random));

    [TestMethod]
    public void The_file_cut() => Try(40, random => Whole.Value[..random.Next(Whole.Value.Length)]);

    [TestMethod]
    public void An_entry_left_out()
    {
        var names = new ModelFile(Whole.Value).Names;
        Try(names.Count, (_, i) => Change(file => file.Remove(names[i])));
    }

    [TestMethod]
    [DataRow("State.json")]
    [DataRow("network.json")]
    [DataRow("network.safetensors")]
    [DataRow("bounds.json")]
    [DataRow("Detector.safetensors")]
    [DataRow("Model.key")]
    [DataRow("")]
    public void An_entry_changed(string end) => Try(60, random => Change(file =>
    {
        var name = Choose(file, end, random);
        file[name] = Mutate(file[name], random);
    }));

    /// <summary>With a checksum that fits, so that the readers behind it are tried.</summary>
    [TestMethod]
    [DataRow("network.json")]
    [DataRow("network.safetensors")]
    [DataRow("bounds.json")]
    public void A_network_changed_with_its_checksum(string end) => Try(80, random => Change(file =>
    {
        var name = file.Find(end);
        file[name] = Mutate(file[name], random);
        Rehash(file);
    }));

    /// <summary>What a detector learnt, with a checksum that fits.</summary>
    [TestMethod]
    public void What_was_learnt_changed_with_its_checksum() => Try(80, random => Change(file =>
    {
        var name = file.Find("Detector.safetensors");
        var state = name[..^"Detector.safetensors".Length] + "State.json";
        var old = Convert.ToHexStringLower(SHA256.HashData(file[name]));
        file[name] = Mutate(file[name], random);
        file[state] = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(file[state]).Replace(old, Convert.ToHexStringLower(SHA256.HashData(file[name]))));
    }));

    /// <summary>Detection by several scores per class.</summary>
    [TestMethod]
    public void A_combined_detection_changed() => Try(120, random =>
    {
        var file = new ModelFile(Detection.Value);
        var name = file.Find("State.json");
        file[name] = Mutate(file[name], random);
        return file.Zip().ToArray();
    });

    private static void Try(int count, Func<Random, byte[]> mutate) => Try(count, (random, _) => mutate(random));

    private static void Try(int count, Func<Random, int, byte[]> mutate)
    {
        var (loaded, refused) = (0, 0);
        for (var i = 0; i < count; i++)
        {
            var bytes = mutate(new Random(i), i);
            var task = Task.Run(() => LoadAndScore(bytes));
            Assert.IsTrue(task.Wait(Patience), $"mutation {i} hangs");
            Assert.IsLessThan(AllocationLimit, task.Result.Allocated, $"mutation {i}: {task.Result.Failure}");
            if (task.Result.Failure is null)
                loaded++;
            else
                refused++;
        }

        Assert.AreEqual(count, loaded + refused);
        Assert.IsGreaterThan(0, refused, "the damage is too small to test anything");
    }

    private static (Exception? Failure, long Allocated) LoadAndScore(byte[] bytes)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Exception? failure = null;
        try
        {
            var ml = new MLContext();
            var model = ml.Model.Load(new MemoryStream(bytes), out _);
            var scored = model.Transform(Fruit.Load(ml, 3, seed: 1));
            Cells.Read(scored, FruitChain.Outputs.Intersect(scored.Schema.Select(column => column.Name)));
        }
        catch (Exception refused) when (refused is not (OutOfMemoryException or NullReferenceException or IndexOutOfRangeException))
        {
            failure = refused;
        }

        return (failure, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static byte[] Change(Action<ModelFile> change)
    {
        var file = new ModelFile(Whole.Value);
        change(file);
        return file.Zip().ToArray();
    }

    private static string Choose(ModelFile file, string end, Random random)
    {
        string[] names = [.. file.Names.Where(name => name.EndsWith(end, StringComparison.Ordinal))];
        return names[random.Next(names.Length)];
    }

    private static byte[] Mutate(byte[] bytes, Random random) => random.Next(5) switch
    {
        0 => bytes[..random.Next(bytes.Length)],
        1 => [.. bytes, .. bytes],
        2 => Digits(bytes, random),
        _ => Flip(bytes, random),
    };

    private static byte[] Flip(byte[] bytes, Random random)
    {
        byte[] copy = [.. bytes];
        for (var flips = random.Next(1, 9); flips > 0; flips--)
            copy[random.Next(copy.Length)] = (byte)random.Next(256);
        return copy;
    }

    // Numbers are what lengths and sizes are made of: another digit keeps the form and changes the meaning.
    private static byte[] Digits(byte[] bytes, Random random)
    {
        int[] digits = [.. Enumerable.Range(0, bytes.Length).Where(i => char.IsAsciiDigit((char)bytes[i]))];
        if (digits.Length == 0)
            return Flip(bytes, random);
        var at = digits[random.Next(digits.Length)];
        var replacement = random.Next(2) == 0 ? $"{random.Next(10)}" : "999999999";
        return [.. bytes[..at], .. Encoding.ASCII.GetBytes(replacement), .. bytes[(at + 1)..]];
    }

    private static void Rehash(ModelFile file)
    {
        string[] parts = ["network.json", "bounds.json", "network.safetensors"];
        var names = parts.Select(file.Find).ToArray();
        var old = names[0].Split('/', '\\')[^2];
        var id = Convert.ToHexStringLower(SHA256.HashData([.. names.SelectMany(name => file[name])]));
        foreach (var name in names)
        {
            var content = file[name];
            file.Remove(name);
            file[name.Replace(old, id)] = content;
        }

        foreach (var state in file.Names.Where(name => name.EndsWith("State.json", StringComparison.Ordinal)))
            file[state] = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(file[state]).Replace(old, id));
    }
}
