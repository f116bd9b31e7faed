// What does each defence buy, and what does it cost? Train with each, attack each network, and write the table as Markdown.

using System.Diagnostics;
using System.Globalization;
using System.Text;
using Defences;
using Microsoft.ML;
using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Trainers;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using Quickstart;

Console.OutputEncoding = Encoding.UTF8;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture; // The file is to be the same wherever it is made.
if (Settings.Parse(args) is not { } settings)
{
    Console.Error.WriteLine(Settings.Usage);
    return 2;
}

var phases = new PhaseLog();
if (settings.NoisyLabels)
{
    var table = NoisyLabels.Table(phases);
    File.WriteAllText(settings.OutputFile, table);
    Console.Write(table);
    return 0;
}

List<Measurement> measurements = [];
var listed = DefenceList.Within(settings.Epsilon).Where(one => !settings.IsShort || DefenceList.Short.Contains(one.Name));
Defence[] defences = [.. listed.Where(one => one.Name.Contains(settings.Only, StringComparison.OrdinalIgnoreCase))];
if (defences.Length == 0)
{
    var names = string.Join("; ", listed.Select(one => one.Name));
    Console.Error.WriteLine($"Expected --only to name a defence, got '{settings.Only}'. There are: {names}.");
    return 2;
}

foreach (var defence in defences)
{
    // A context each, so that a defence's numbers do not depend on those before it.
    var ml = new MLContext(settings.Seed);
    var train = ml.Data.TakeRows(settings.Train is { } pair ? ml.Data.LoadFromIdx(pair.Images, pair.Labels) : Mnist.LoadTrain(ml), settings.TrainingRows);
    if (settings.ShiftedCopies > 0)
        train = ShiftedCopies.Of(ml, train, settings.ShiftedCopies, settings.Seed);
    var test = settings.Test is { } testPair ? ml.Data.LoadFromIdx(testPair.Images, testPair.Labels) : Mnist.LoadTest(ml);

    var watch = Stopwatch.StartNew();
    var model = phases.Run($"Train: {defence.Name}", progress => defence.Trainer(ml, settings, progress).Fit(train));
    var time = watch.Elapsed;
    if (settings.ModelFolder is { } folder)
    {
        Directory.CreateDirectory(folder);
        ml.Model.Save(model, train.Schema, Path.Combine(folder, $"{string.Concat(defence.Name.Where(char.IsLetterOrDigit))}.zip"));
    }

    Dictionary<string, double> robust = [];
    foreach (var (name, attack, rows) in AttackList.WithinBudgets(settings))
        robust[name] = phases.Run($"  {name}", _ => 1 - Attack(ml, model, attack, ml.Data.TakeRows(test, rows), isTargeted: false).Share);

    Dictionary<string, (double, double)> smallest = [];
    foreach (var (name, attack, isTargeted) in AttackList.Smallest)
        smallest[name] = phases.Run($"  {name}", _ => Attack(ml, model, attack, ml.Data.TakeRows(test, settings.SmallestRows), isTargeted));

    var clean = ml.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy;
    measurements.Add(new(defence.Name, time, clean, robust, smallest));
    File.WriteAllText(settings.OutputFile, DefenceTable.Markdown(measurements));
    model.Model.Dispose();
}

Console.WriteLine();
Console.Write(DefenceTable.Markdown(measurements));
phases.PrintTimes();
return 0;

// The share of rows on which an attack succeeds, rows that were wrong before included, and the mean size where it changed something.
static (double Share, double MeanSize) Attack(MLContext ml, NeuralNetworkMulticlassTransformer model, Attack attack, IDataView rows, bool isTargeted)
{
    var targeted = isTargeted ? NextClass(ml, rows) : rows;
    var attacked = ml.Transforms.AdversarialAttack(model, attack, new() { Target = isTargeted ? "Target" : null }).Fit(targeted).Transform(targeted);
    var succeeded = attacked.GetColumn<bool>("AttackSucceeded").ToArray();
    float[] sizes = [.. attacked.GetColumn<float>("PerturbationSize").Zip(succeeded, (size, success) => success ? size : 0).Where(size => size > 0)];
    return (succeeded.Average(success => success ? 1.0 : 0), sizes.Length == 0 ? 0 : sizes.Average());
}

// Every row is to become the class after its own; IDX labels are numbers from 0.
static IDataView NextClass(MLContext ml, IDataView rows)
{
    var count = (int)((KeyDataViewType)rows.Schema["Label"].Type).Count;
    var names = Enumerable.Range(0, count).Select(label => $"{label}").ToArray();
    var next = names.Select((name, label) => KeyValuePair.Create(name, names[(label + 1) % count]));
    var classes = ml.Data.LoadFromEnumerable(names.Select(name => new ClassName { Name = name }));
    return ml.Transforms.Conversion.MapKeyToValue("Name", "Label")
        .Append(ml.Transforms.Conversion.MapValue("Next", next, "Name"))
        .Append(ml.Transforms.Conversion.MapValueToKey("Target", "Next", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByOccurrence, keyData: classes))
        .Fit(rows).Transform(rows);
}
