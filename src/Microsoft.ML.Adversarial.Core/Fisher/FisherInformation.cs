using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>
/// The scores of "Inspecting adversarial examples using the Fisher information" (Martin &amp; Elster 2019, arXiv:1909.05527), exact and
/// batched: F = Σ_j p_j ∇_θ log p_j ∇_θ log p_jᵀ for one prediction, of which are given the trace, the quadratic form along a direction, the
/// largest eigenvalue, and the sensitivity of the input components. Exact also on saturated rows.
/// </summary>
/// <remarks>
/// The trace and the largest eigenvalue take C − 1 backward passes to the outputs of layers, the quadratic form alone two whatever C, the
/// sensitivity 2(C − 1) through these. Layers without a rule, or that run more than once in a pass, fall back to parameter gradients row by row:
/// exact, and slow; see <see cref="LayerWithoutRule"/>.
/// </remarks>
public sealed class FisherInformation
{
    private const FisherQuantities OfGram = FisherQuantities.Trace | FisherQuantities.TopEigenvalue;
    private const FisherQuantities OfForm = FisherQuantities.QuadraticForm | FisherQuantities.NormalisedQuadraticForm;
    private const FisherQuantities OfInputs = FisherQuantities.Sensitivity | FisherQuantities.SensitivityNorm;

    private readonly NetworkClassifier _classifier;
    private readonly FisherDirection _direction;

    /// <summary>The scores of one network along the predicted class's direction.</summary>
    /// <param name="classifier">The network; the caller keeps owning it.</param>
    public FisherInformation(NetworkClassifier classifier)
        : this(classifier, FisherDirection.PredictedClass)
    {
    }

    /// <summary>The scores of one network.</summary>
    /// <param name="classifier">The network; the caller keeps owning it.</param>
    /// <param name="direction">v of the quadratic forms and the sensitivity.</param>
    /// <exception cref="ArgumentOutOfRangeException">The direction is of a class that the network has not.</exception>
    public FisherInformation(NetworkClassifier classifier, FisherDirection direction)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(direction);
        if (direction is FixedClassDirection { Class: var label } && label >= classifier.ClassCount)
        {
            throw new ArgumentOutOfRangeException(nameof(direction), label, $"Expected a class between 0 and {classifier.ClassCount - 1}, got {label}.");
        }

        _classifier = classifier;
        _direction = direction;
    }

    /// <summary>The first layer that no rule covers, so that rows are scored one by one; null on the fast path.</summary>
    public string? LayerWithoutRule => _classifier.Taps.Uncovered;

    /// <summary>Computes scores; each row's depend on that row alone.</summary>
    /// <param name="inputs">Shape [N, …], as the classifier takes them.</param>
    /// <param name="quantities">What to compute.</param>
    /// <returns>The scores, which the caller disposes.</returns>
    /// <exception cref="ArgumentException">The direction is <see cref="FisherDirection.Label"/>: give the labels.</exception>
    public FisherScores Compute(Tensor inputs, FisherQuantities quantities) => Compute(inputs, quantities, labels: null);

    /// <inheritdoc cref="Compute(Tensor, FisherQuantities)"/>
    /// <param name="inputs">Shape [N, …], as the classifier takes them.</param>
    /// <param name="quantities">What to compute.</param>
    /// <param name="labels">The rows' classes, shape [N], Int64, which <see cref="FisherDirection.Label"/> needs; otherwise not read.</param>
    public FisherScores Compute(Tensor inputs, FisherQuantities quantities, Tensor? labels)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var classes = _direction is LabelDirection ? LabelsOf(inputs, labels) : null;
        using var scope = NewDisposeScope();
        var values = new Values((int)inputs.shape[0]);

        // K′ gives the form along a class as well; what the sensitivity needs gives it along any direction.
        var formFromGram = (quantities & OfGram) != 0 && (quantities & OfInputs) == 0 && _direction is ClassFisherDirection;
        if ((quantities & OfGram) != 0)
        {
            ReadGram(inputs, quantities, formFromGram, classes, values);
        }

        if ((quantities & OfInputs) != 0 || ((quantities & OfForm) != 0 && !formFromGram))
        {
            ReadTangents(inputs, quantities, classes, values);
        }

        Tensor Column(double[] column) => tensor(column, dtype: _classifier.ElementType, device: _classifier.Device).MoveToOuterDisposeScope();
        Tensor? IfAsked(FisherQuantities quantity, Func<Tensor> column) => quantities.HasFlag(quantity) ? column() : null;
        return new()
        {
            Trace = IfAsked(FisherQuantities.Trace, () => Column(values.Trace)),
            TopEigenvalue = IfAsked(FisherQuantities.TopEigenvalue, () => Column(values.TopEigenvalue)),
            QuadraticForm = IfAsked(FisherQuantities.QuadraticForm, () => Column([.. values.Forms.Select(form => form.Value)])),
            NormalisedQuadraticForm = IfAsked(FisherQuantities.NormalisedQuadraticForm, () => Column([.. values.Forms.Select(form => form.Normalised)])),
            Sensitivity = IfAsked(FisherQuantities.Sensitivity, () => values.SensitivityOf(inputs, _classifier).MoveToOuterDisposeScope()),
            SensitivityNorm = IfAsked(FisherQuantities.SensitivityNorm, () => Column(values.SensitivityNorm)),
        };
    }

    private void ReadGram(Tensor inputs, FisherQuantities quantities, bool form, long[]? labels, Values values) =>
        RowChunks.Run(_classifier, inputs, _classifier.ClassCount - 1, (start, rows) =>
        {
            var gram = LogitGram.Of(_classifier, rows);
            for (var row = 0; row < gram.Frame.Rows; row++)
            {
                values.Trace[start + row] = GramScores.Trace(gram, row);
                if (form)
                {
                    var label = ((ClassFisherDirection)_direction).ClassOf(gram.Frame, row, labels?[start..]);
                    values.Forms[start + row] = GramScores.QuadraticForm(gram, row, label);
                }
            }

            if (quantities.HasFlag(FisherQuantities.TopEigenvalue))
            {
                Fisher.TopEigenvalue.Of(gram).CopyTo(values.TopEigenvalue, start);
            }
        });

    private void ReadTangents(Tensor inputs, FisherQuantities quantities, long[]? labels, Values values)
    {
        var sensitivity = (quantities & OfInputs) != 0;
        RowChunks.Run(_classifier, inputs, sensitivity ? 2 * (_classifier.ClassCount - 1) : 1, (start, rows) =>
            TangentPass.Run(_classifier, rows, _direction, labels?[start..], sensitivity, (offset, pass) =>
            {
                pass.Forms().CopyTo(values.Forms, start + offset);
                if (sensitivity)
                {
                    values.Add(start + offset, InputSensitivity.Of(pass), keep: quantities.HasFlag(FisherQuantities.Sensitivity));
                }
            }));
    }

    private long[] LabelsOf(Tensor inputs, Tensor? labels)
    {
        if (labels is null)
        {
            throw new ArgumentException("The direction of the label needs labels: expected one class per row, got none.", nameof(labels));
        }

        using var scope = NewDisposeScope();
        var classes = labels.to(ScalarType.Int64).cpu().contiguous().data<long>().ToArray();
        if (classes.Length != inputs.shape[0])
        {
            throw new ArgumentException($"Expected {inputs.shape[0]} labels, one per row, got {classes.Length}.", nameof(labels));
        }

        var impossible = Array.FindIndex(classes, label => label < 0 || label >= _classifier.ClassCount);
        return impossible < 0
            ? classes
            : throw new AdversarialInputException(
                impossible, feature: null, $"expected a class between 0 and {_classifier.ClassCount - 1}, got {classes[impossible]}.");
    }

    /// <summary>Scores as they come in, chunk by chunk.</summary>
    private sealed class Values(int rows)
    {
        private readonly List<Tensor> _sensitivities = [];

        public double[] Trace { get; } = new double[rows];

        public double[] TopEigenvalue { get; } = new double[rows];

        public FisherForm[] Forms { get; } = new FisherForm[rows];

        public double[] SensitivityNorm { get; } = new double[rows];

        public void Add(int start, (Tensor Scaled, double[] Factors) chunk, bool keep)
        {
            var norms = DoubleArray.Of(chunk.Scaled.flatten(1).to(ScalarType.Float64).square().sum(1).sqrt());
            for (var row = 0; row < norms.Length; row++)
            {
                SensitivityNorm[start + row] = norms[row] * chunk.Factors[row];
            }

            if (!keep)
            {
                return;
            }

            long[] broadcast = [norms.Length, .. Enumerable.Repeat(1L, (int)chunk.Scaled.dim() - 1)];
            var factors = tensor(chunk.Factors, broadcast, dtype: ScalarType.Float64, device: chunk.Scaled.device);
            _sensitivities.Add((chunk.Scaled * factors).to(chunk.Scaled.dtype).DetachFromDisposeScope());
        }

        public Tensor SensitivityOf(Tensor inputs, NetworkClassifier classifier)
        {
            var all = _sensitivities.Count == 0 ? empty(inputs.shape, classifier.ElementType, classifier.Device) : cat(_sensitivities, 0);
            _sensitivities.ForEach(part => part.Dispose());
            return all;
        }
    }
}
