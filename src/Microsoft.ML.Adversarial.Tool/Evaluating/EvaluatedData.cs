using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Classifiers.Pipelines;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Tool.Images;
using Microsoft.ML.Adversarial.Tool.Tables;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Tool.Evaluating;

/// <summary>A classifier from files and the rows that it is attacked on.</summary>
/// <param name="Attacked">The classifier and its rows.</param>
/// <param name="RowCount">How many rows there are.</param>
/// <param name="Files">The files that the rows come from.</param>
/// <param name="Scale">In which units of its columns a budget counts; none for their own.</param>
/// <param name="Model">The chain that the classifier is part of; null for a network alone.</param>
internal sealed record EvaluatedData(
    AttackedData Attacked, int RowCount, IReadOnlyList<string> Files, IReadOnlyList<double> Scale, ITransformer? Model)
{
    private const string Features = "Features";
    private const string Label = "Label";

    /// <summary>Images through a network.</summary>
    public static EvaluatedData Of(NetworkClassifier network, ImageSet images)
    {
        var view = images.ToView(new MLContext(seed: 0), new(network.InputShape, network.ClassCount, ReadsTextLabels: false));
        var labels = ClassLabels.Of(view.Schema[Label]);
        if (labels.Count != network.ClassCount)
        {
            throw new InvalidDataException(
                $"Expected images of {network.ClassCount} classes, as the network has, got {labels.Count}: {string.Join(", ", labels.Names)}.");
        }

        return new(AttackedData.Of(new ColumnClassifier(network, Features, labels), view, Label), images.RowCount, images.Files, [], null);
    }

    /// <summary>Images through a model that reads them in a column <c>Features</c>.</summary>
    public static EvaluatedData Of(MLContext context, ITransformer model, DataViewSchema? schema, ImageSet images, string path)
    {
        var network = ClassifierOfModel.HasNetwork(model) ? ClassifierOfModel.Find(model, path) : null;
        var input = schema?.GetColumnOrNull(Features)?.Type as VectorDataViewType;
        ImageReader reader = new(
            network?.FeatureColumnName == Features ? network.Classifier.InputShape : input?.Dimensions.Select(size => (long)size).ToArray(),
            network?.Labels.Count,
            schema?.GetColumnOrNull(Label)?.Type is TextDataViewType);
        var view = images.ToView(context, reader);
        try
        {
            return new(AttackedData.Of(model, view, Label), images.RowCount, images.Files, [], model);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            throw new InvalidDataException(
                $"'{path}': expected a model for images in a column {Features} and labels in a column {Label}, got one that does not fit: "
                + $"{ErrorLine.Of(exception)} Give a model that reads other columns its table by --data.",
                exception);
        }
    }

    /// <summary>The rows of a table, on the column that the model's network reads; without a network on all columns that its scores depend on.</summary>
    public static EvaluatedData Of(ModelTable table, int? rows)
    {
        var view = table.FirstRows(rows);
        return new(
            AttackedData.Of(table.Model, view, table.LabelColumnName), rows ?? table.File.Rows.Count, [table.File.Path], [], table.Model);
    }

    /// <summary>The rows of a table through the whole model, on the columns that may change.</summary>
    public static EvaluatedData Of(ModelTable table, int? rows, PipelineClassifierOptions changeable, EpsilonUnit unit)
    {
        var classifier = table.Context.Model.CreatePipelineClassifier(table.Model, table.Rows, changeable);
        return new(
            AttackedData.Of(classifier, table.FirstRows(rows), table.LabelColumnName), rows ?? table.File.Rows.Count, [table.File.Path],
            unit.ScaleOf(classifier), table.Model);
    }

    /// <summary>The suite with what the rows ask of adversarial ones.</summary>
    public AttackSuite Constrain(AttackSuite suite) =>
        Scale.Count == 0 ? suite : suite with { Constraints = suite.Constraints with { EpsilonScale = Scale } };
}
