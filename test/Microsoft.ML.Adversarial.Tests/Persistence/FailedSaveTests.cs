using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Fisher;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Adversarial.Transforms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Persistence;

/// <summary>What cannot be written says so, and is usable for everything else.</summary>
[TestClass]
public sealed class FailedSaveTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void A_module_without_a_definition()
    {
        using var module = nn.Linear(FruitRow.FeatureCount, 3);
        module.eval();
        using var classifier = new NetworkClassifier(module, [FruitRow.FeatureCount], 3, InputBounds.Unit);
        var rows = Fruit.Load(_ml, 20, seed: 1);
        var transformer = new FisherTraceTransformer(new(classifier, "Features", new(3, false, null)), "FisherTrace", FisherTraceMethod.Exact);

        Assert.HasCount(20, Cells.Read(transformer.Transform(rows), "FisherTrace"));
        Failures.Require<NotSupportedException>(
            () => Save(transformer, rows.Schema), "Expected a classifier made from a Network",
            "only networks described by a NetworkDefinition");
    }

    [TestMethod]
    public void An_attack_of_the_user()
    {
        var rows = Fruit.LoadLabelled(_ml, 30, seed: 1);
        var model = Fruit.Trainer(_ml, epochs: 1).Fit(rows);
        var transformer = _ml.Transforms.AdversarialAttack(model, new Nudge(new(Norm.LInfinity, 0.05))).Fit(rows);

        Assert.HasCount(30, Cells.Read(transformer.Transform(rows), "AttackSucceeded"));
        Failures.Require<NotSupportedException>(() => Save(transformer, rows.Schema), "Nudge cannot be written to a file", "pgd");
    }

    /// <summary>A failed save leaves nothing behind that a later one would trip over.</summary>
    [TestMethod]
    public void The_next_save_is_whole()
    {
        var rows = Fruit.LoadLabelled(_ml, 30, seed: 1);
        var model = Fruit.Trainer(_ml, epochs: 1).Fit(rows);
        var bad = model.Append(_ml.Transforms.AdversarialAttack(model, new Nudge(new(Norm.LInfinity, 0.05))).Fit(rows));
        Assert.Throws<Exception>(() => Save(bad, rows.Schema));

        var file = Save(model, rows.Schema);

        Assert.HasCount(30, Cells.Read(_ml.Model.Load(file, out _).Transform(rows), "Score"));
    }

    private MemoryStream Save(ITransformer model, DataViewSchema schema)
    {
        var file = new MemoryStream();
        _ml.Model.Save(model, schema, file);
        file.Position = 0;
        return file;
    }

    private sealed record Nudge(ThreatModel ThreatModel) : Attack<IClassifier>(ThreatModel)
    {
        protected override Tensor Perturb(AttackContext<IClassifier> context) => context.Originals + ThreatModel.Epsilon;
    }
}
