using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Classifiers.Pipelines;

namespace Microsoft.ML.Adversarial.Tool.Tables;

/// <summary>Attacks the rows of a table through the whole model.</summary>
internal static class TableAttack
{
    /// <exception cref="UsageException">The attack needs gradients.</exception>
    public static Attack RequireBlackBox(Attack attack) => AttackDescription.Of(attack).Name is var name && AttackDescription.IsBlackBox(name)
        ? attack
        : throw new UsageException(
            $"--attack: expected one that needs scores or decisions only beside --data, "
            + $"{string.Join(", ", AttackDescription.Names.Where(AttackDescription.IsBlackBox))}, got '{name}', which needs gradients.");

    public static AttackedTable Run(
        ModelTable table, PipelineClassifierOptions changeable, int? rows, Attack attack, EpsilonUnit unit, long seed, TextWriter error,
        CancellationToken cancellation)
    {
        var view = table.FirstRows(rows);
        var classifier = table.Context.Model.CreatePipelineClassifier(table.Model, table.Rows, changeable);
        if (classifier.Features.FirstOrDefault(feature => feature.Kind == PipelineFeatureKind.Pixel) is { } pixel)
        {
            throw new InvalidDataException(
                $"'{table.File.Path}': expected columns that a table can hold after the attack, got a model whose images '{pixel.ColumnName}' are attacked. "
                + "Measure it by 'adversarial evaluate', or attack it in code.");
        }

        var scaled = unit == EpsilonUnit.Column ? attack : attack with { Constraints = attack.Constraints with { EpsilonScale = unit.ScaleOf(classifier) } };
        error.WriteLine($"attacking with {AttackDescription.Of(attack).Name}: {rows ?? table.File.Rows.Count} rows");
        try
        {
            return new(table, classifier, view, classifier.Attack(view, scaled, table.LabelColumnName, seed, cancellation), attack, unit);
        }
        catch (AdversarialInputException exception)
        {
            throw new InvalidDataException($"'{table.File.Path}', row {exception.Row}: {exception.Problem}", exception);
        }
    }
}
