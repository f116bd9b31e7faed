using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.ML.Adversarial.Attacks.Constraints;
using Microsoft.ML.Adversarial.Pipeline;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Classifiers.Pipelines;

/// <summary>
/// Any fitted ML.NET chain as a classifier that black-box attacks can query: trees, linear models, ONNX, a loaded model.zip. Its inputs are
/// the columns that the scores depend on, side by side as features: numbers and pixels of images that may change, categories that may change as a feature per value,
/// and everything else, which stays as it is. <see cref="Encode"/> makes such inputs of rows, <see cref="Decode"/> rows of inputs.
/// </summary>
/// <remarks>
/// Its logits are logarithms of probabilities, a probability of 0 counting as the smallest Single; of scores that are no probabilities they are
/// the scores. Logarithms of probabilities lack the common offset of true logits, which an energy needs. The class that the model predicts always
/// has the largest logit. Features are Single: columns of Double and of large whole numbers that may change are rounded to that. Several threads
/// may query it at once if they may use the chain so.
/// </remarks>
public sealed class PipelineClassifier : IClassifier, IQueryCounter
{
    // Beyond it Singles skip numbers.
    private const float LargestWholeNumber = 1 << 24;

    private readonly ImageFiles _files;
    private readonly DataViewSchema _schema;
    private readonly InputColumns _columns;
    private readonly PipelineOutput _output;
    private readonly FeatureStatistics _statistics;
    private readonly ConcurrentBag<(EncodedView Source, IDataView Scored)> _views = [];
    private long _queryCount;

    internal PipelineClassifier(ITransformer model, IDataView data, PipelineClassifierOptions options)
    {
        if (!model.IsRowToRowMapper)
        {
            throw new ArgumentException(
                $"{nameof(PipelineClassifier)}: expected a model that gives one row for each row, got {model.GetType().Name}, which does not: it drops, adds or orders rows. Apply such steps to the data first.", nameof(model));
        }

        _files = new(model, data.Schema);
        var rows = _files.Load(data);
        _schema = rows.Schema;
        var mapper = Model.GetRowToRowMapper(_schema);
        _columns = new(rows, [.. mapper.GetDependencies(PipelineOutput.ColumnsOf(mapper.OutputSchema, options))], options);
        Constraints = ConstraintsOf(_columns.Features);
        var values = _columns.Read(rows);
        _statistics = new(values, _columns.Width);
        Bounds = BoundsOf(_columns, _statistics, options.Bounds);
        // Not the rows themselves: steps that read images may end those that are in memory.
        var view = NewView();
        view.Source.Values = values;
        _output = new(view.Scored, options);
        view.Source.Values = [];
        _views.Add(view);
    }

    /// <summary>
    /// What is asked: the whole model or, where it loads images from files, the steps after that. It scores the rows of <see cref="Decode"/> and of
    /// attacks, which hold images where the model reads paths.
    /// </summary>
    public ITransformer Model => _files.Rest;

    /// <summary>What stands at each place of an input.</summary>
    public IReadOnlyList<PipelineFeature> Features => _columns.Features;

    /// <summary>
    /// What keeps adversarial inputs rows of the schema: frozen features, whole numbers, one category at a time. Attacks are to be given them, with
    /// any others of the threat model.
    /// </summary>
    public InputConstraints Constraints { get; }

    /// <inheritdoc/>
    /// <remarks>That of the column where the scores depend on one only, [3, height, width] for images; else [features].</remarks>
    public IReadOnlyList<long> InputShape => _columns.Shape;

    /// <inheritdoc/>
    public int ClassCount => _output.ClassCount;

    /// <inheritdoc/>
    public InputBounds Bounds { get; }

    /// <inheritdoc/>
    public ScalarType ElementType => ScalarType.Float32;

    /// <inheritdoc/>
    public Device Device => CPU;

    /// <summary>
    /// The width of each feature's range in the rows that the classifier was made with, 1 where there is only one value: as <see
    /// cref="InputConstraints.EpsilonScale"/> they make ε a share of each column's range.
    /// </summary>
    public IReadOnlyList<double> Ranges => _statistics.Ranges;

    /// <summary>
    /// Each feature's standard deviation in these rows, 1 where there is none: as <see cref="InputConstraints.EpsilonScale"/> they make ε a number of
    /// standard deviations.
    /// </summary>
    public IReadOnlyList<double> StandardDeviations => _statistics.StandardDeviations;

    /// <summary>How many rows the chain has scored for <see cref="Logits"/> so far.</summary>
    public long QueryCount => Interlocked.Read(ref _queryCount);

    internal ClassLabels Labels => _output.Labels;

    /// <summary>The rows as inputs.</summary>
    /// <param name="rows">Rows with the columns that the chain reads.</param>
    /// <returns>Shape [N, …<see cref="InputShape"/>]; a fresh tensor that the caller owns.</returns>
    /// <exception cref="ArgumentException">The rows lack columns that the chain reads, or hold others; says which.</exception>
    public Tensor Encode(IDataView rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var values = _columns.Read(_files.Load(rows));
        return tensor(values, [values.Length / _columns.Width, .. InputShape]);
    }

    /// <summary>The labels of the rows as classes, matched by key value, also where the chain itself makes keys of them.</summary>
    /// <param name="rows">Rows with the columns that the chain reads and the label.</param>
    /// <param name="labelColumnName">The label; after the chain a key, or a Boolean for a binary model.</param>
    /// <returns>Shape [N], Int64; a fresh tensor that the caller owns.</returns>
    /// <exception cref="ArgumentException">There is no such label.</exception>
    /// <exception cref="InvalidOperationException">A label is missing; names the row.</exception>
    public Tensor EncodeLabels(IDataView rows, string labelColumnName = "Label")
    {
        ArgumentNullException.ThrowIfNull(rows);
        var scored = Model.Transform(_files.Load(rows));
        var label = RequiredColumn.Of(scored.Schema, labelColumnName, nameof(PipelineClassifier));
        Labels.RequireFit(label);
        using var cursor = scored.GetRowCursor([label]);
        var read = Labels.CreateReader(cursor, label);
        var classes = new List<long>();
        while (cursor.MoveNext())
        {
            classes.Add(read() is var found and >= 0
                ? found
                : throw new InvalidOperationException(
                    $"Row {cursor.Position}, column '{labelColumnName}': expected a label, got a missing value. Drop such rows first."));
        }

        return tensor(classes.ToArray());
    }

    /// <summary>Inputs as rows that the chain can read.</summary>
    /// <param name="inputs">Shape [N, …<see cref="InputShape"/>], those of <see cref="Encode"/> or changed by an attack.</param>
    /// <param name="rows">
    /// Rows from which come the columns that the scores do not depend on, such as labels, at least as many as inputs; null leaves these empty.
    /// </param>
    /// <returns>
    /// A view of the schema that the classifier was made with, with images instead of the paths of a model that loads them; whoever reads an image owns
    /// it.
    /// </returns>
    public IDataView Decode(Tensor inputs, IDataView? rows = null)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ClassifierInputs.Require(this, inputs);
        var loaded = rows is null ? null : _files.Load(rows);
        return new EncodedView(loaded?.Schema ?? _schema, _columns, loaded) { Values = Cells(inputs) };
    }

    /// <inheritdoc/>
    public Tensor Logits(Tensor inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ClassifierInputs.Require(this, inputs);
        var rows = checked((int)inputs.shape[0]);
        Interlocked.Add(ref _queryCount, rows);
        var logits = new float[rows * ClassCount];
        if (!_views.TryTake(out var view))
        {
            view = NewView();
        }

        view.Source.Values = Cells(inputs);
        _output.Read(view.Scored, logits);
        _views.Add(view);
        return tensor(logits, [rows, ClassCount]);
    }

    private (EncodedView Source, IDataView Scored) NewView()
    {
        var source = new EncodedView(_schema, _columns, original: null) { OwnsObjects = true };
        return (source, Model.Transform(source));
    }

    private static float[] Cells(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        return MemoryMarshal.Cast<byte, float>(inputs.detach().cpu().contiguous().bytes).ToArray();
    }

    private static InputConstraints ConstraintsOf(IReadOnlyList<PipelineFeature> features) => new()
    {
        EightBitFeatures = FeatureSet.Where(features.Select(feature => feature.Kind == PipelineFeatureKind.Pixel)),
        Frozen = FeatureSet.Where(features.Select(feature => feature.Kind == PipelineFeatureKind.Frozen)),
        Integer = FeatureSet.Where(features.Select(feature => feature.Kind == PipelineFeatureKind.WholeNumber)),
        OneHot = [.. features.Index().Where(pair => pair.Item.Kind == PipelineFeatureKind.Category).GroupBy(pair => pair.Item.ColumnName)
            .Select(group => FeatureSet.Of([.. group.Select(pair => pair.Index)]))],
    };

    private static InputBounds BoundsOf(InputColumns columns, FeatureStatistics statistics, InputBounds? given)
    {
        if (given is not null && !given.IsUniform && given.Lower.Count != columns.Width)
        {
            throw new ArgumentException($"Expected bounds for all features or for each of {columns.Width}, got {given.Lower.Count}.", nameof(given));
        }

        var (lower, upper) = given is null ? Observed(columns, statistics) : given.ToArrays<float>(columns.Width);
        foreach (var (place, feature) in columns.Features.Index())
        {
            if (feature.Kind == PipelineFeatureKind.Frozen)
            {
                // Other rows may hold other values; those that are numbered have numbers from 0.
                (lower[place], upper[place]) = feature.Slot is null ? (0, LargestWholeNumber) : (float.NegativeInfinity, float.PositiveInfinity);
            }
            else if (feature.Kind is PipelineFeatureKind.Category or PipelineFeatureKind.Pixel)
            {
                (lower[place], upper[place]) = (0, 1);
            }
        }

        return lower.Distinct().Count() == 1 && upper.Distinct().Count() == 1 && lower[0] < upper[0] ? new(lower[0], upper[0]) : new(lower, upper);
    }

    // Pixels and shares have [0, 1] for all, as with networks, also where no row has an extreme value.
    private static (float[] Lower, float[] Upper) Observed(InputColumns columns, FeatureStatistics statistics)
    {
        float[] lower = [.. statistics.Lower];
        float[] upper = [.. statistics.Upper];
        int[] numbers = [.. columns.Features.Index().Where(pair => pair.Item.Kind == PipelineFeatureKind.Number).Select(pair => pair.Index)];
        if (numbers.All(place => lower[place] >= 0 && upper[place] <= 1))
        {
            foreach (var place in numbers)
            {
                (lower[place], upper[place]) = (0, 1);
            }
        }

        return (lower, upper);
    }
}
