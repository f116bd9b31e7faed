using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Settings;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Certification;

/// <summary>
/// Certifies rows by interval bounds (<see cref="IntervalPropagation"/>): no input within ε in L∞ and inside the bounds is predicted otherwise. The
/// share of rows that are certified with their label is the certified accuracy, below which no attack gets. On networks that were not trained for it
/// the bounds are loose, and few rows are certified.
/// </summary>
/// <remarks>
/// Certificates hold for the network as it computes: bounds are propagated in Float64 and grow at each layer by the worst rounding error of the
/// network's element type, in whatever order it sums. That covers sums of products in IEEE arithmetic; it does not cover TF32 or Winograd
/// convolutions on GPUs.
/// </remarks>
public sealed class IntervalCertificate
{
    private const int RowsPerChunk = 128;

    // 2⁻²⁰ of the largest ε that is looked for.
    private const int Halvings = 20;

    private readonly NetworkClassifier _classifier;
    private readonly IntervalPropagation _propagation;
    private readonly double _unitRoundoff;

    /// <summary>Certificates on a network of this library.</summary>
    /// <param name="classifier">The network; the caller keeps owning it.</param>
    /// <exception cref="ArgumentException">The classifier was made from a module that is none of a <see cref="Network"/>.</exception>
    /// <exception cref="NotSupportedException">
    /// A layer has no interval rule, or the network is not of type Float32 or Float64; says which.
    /// </exception>
    public IntervalCertificate(NetworkClassifier classifier)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        _classifier = classifier;
        _propagation = new IntervalPropagation(classifier.Module);
        _unitRoundoff = classifier.ElementType switch
        {
            ScalarType.Float32 => Math.ScaleB(1, -24),
            ScalarType.Float64 => Math.ScaleB(1, -53),
            var other => throw new NotSupportedException(
                $"Expected a network of type Float32 or Float64, got {other}. Convert it by Network.ToType."),
        };
    }

    /// <summary>Whether each row keeps the class that is predicted for it.</summary>
    /// <param name="inputs">Shape [N, …], finite, inside the classifier's bounds, of its element type; left as found.</param>
    /// <param name="epsilon">ε in L∞, in the units of the features; at least 0 and finite.</param>
    /// <returns>Shape [N], Bool, on the classifier's device; a fresh tensor that the caller owns. False says nothing.</returns>
    /// <exception cref="ArgumentException">Shape or type do not fit the classifier, or ε is out of its range.</exception>
    /// <exception cref="AdversarialInputException">A row is NaN or infinite or out of bounds; names it.</exception>
    /// <exception cref="InvalidOperationException">The network is in training mode.</exception>
    public Tensor Certify(Tensor inputs, double epsilon) => Certify(inputs, Predicted, epsilon);

    /// <summary>Whether each row is predicted as its label says and keeps that class: the mean is the certified accuracy.</summary>
    /// <param name="inputs">Shape [N, …], finite, inside the classifier's bounds, of its element type; left as found.</param>
    /// <param name="labels">The rows' classes, shape [N], Int64.</param>
    /// <param name="epsilon">ε in L∞, in the units of the features; at least 0 and finite.</param>
    /// <inheritdoc cref="Certify(Tensor, double)"/>
    public Tensor Certify(Tensor inputs, Tensor labels, double epsilon)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return Certify(inputs, Given(labels), epsilon);
    }

    /// <summary>The largest ε for which each row is certified to keep the class that is predicted for it, by bisection.</summary>
    /// <param name="inputs">Shape [N, …], finite, inside the classifier's bounds, of its element type; left as found.</param>
    /// <param name="maximum">The largest ε to look for; above 0 and finite. A row costs up to 21 propagations, whatever it is.</param>
    /// <returns>
    /// Shape [N], Float64, on the classifier's device: certified, and within 1e-6 · <paramref name="maximum"/> of the largest; 0 where none is.
    /// </returns>
    /// <inheritdoc cref="Certify(Tensor, double)"/>
    public Tensor LargestEpsilon(Tensor inputs, double maximum) => LargestEpsilon(inputs, Predicted, maximum);

    /// <summary>The largest ε for which each row is certified to be predicted as its label says, by bisection.</summary>
    /// <param name="inputs">Shape [N, …], finite, inside the classifier's bounds, of its element type; left as found.</param>
    /// <param name="labels">The rows' classes, shape [N], Int64.</param>
    /// <param name="maximum">The largest ε to look for; above 0 and finite. A row costs up to 21 propagations, whatever it is.</param>
    /// <inheritdoc cref="LargestEpsilon(Tensor, double)"/>
    public Tensor LargestEpsilon(Tensor inputs, Tensor labels, double maximum)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return LargestEpsilon(inputs, Given(labels), maximum);
    }

    internal static double RequireEpsilon(double epsilon, string name) =>
        SettingRange.Require(epsilon, epsilon >= 0 && double.IsFinite(epsilon), "of at least 0 and finite", name);

    private Tensor Certify(Tensor inputs, Func<Tensor, Tensor> labels, double epsilon)
    {
        RequireEpsilon(epsilon, nameof(epsilon));
        return Work(inputs, labels, (rows, classes) =>
            IsCertified(rows, classes, tensor(epsilon, ScalarType.Float64, _classifier.Device)), ScalarType.Bool);
    }

    private Tensor LargestEpsilon(Tensor inputs, Func<Tensor, Tensor> labels, double maximum)
    {
        SettingRange.Require(maximum, maximum > 0 && double.IsFinite(maximum), "above 0 and finite", nameof(maximum));
        return Work(inputs, labels, (rows, classes) => Bisect(rows, classes, maximum), ScalarType.Float64);
    }

    private Tensor Bisect(Tensor rows, Tensor classes, double maximum)
    {
        var certified = zeros([rows.shape[0]], ScalarType.Float64, _classifier.Device);
        var failed = full_like(certified, maximum);
        var trial = failed;
        for (var step = 0; step <= Halvings; step++)
        {
            using var scope = NewDisposeScope();
            var holds = IsCertified(rows, classes, trial.reshape([-1, .. Enumerable.Repeat(1L, (int)rows.dim() - 1)]));
            certified = where(holds, trial, certified).MoveToOuterDisposeScope();
            failed = where(holds, failed, trial).MoveToOuterDisposeScope();

            // A row that is certified at the maximum stays there.
            trial = ((certified + failed) / 2).MoveToOuterDisposeScope();
        }

        return certified;
    }

    private Tensor IsCertified(Tensor rows, Tensor classes, Tensor epsilon)
    {
        using var scope = NewDisposeScope();
        var box = IntervalBounds.Around(rows, epsilon, _classifier.Bounds, _unitRoundoff);
        var worst = _propagation.WorstCaseLogits(box, classes, _unitRoundoff);

        // The label's own entry is 0. Not a single other one may be NaN or reach it.
        return worst.lt(0).sum(1).eq(_classifier.ClassCount - 1).MoveToOuterDisposeScope();
    }

    private Tensor Predicted(Tensor inputs) => RowBatches.Map(inputs, rows => _classifier.Logits(rows).argmax(1));

    private Func<Tensor, Tensor> Given(Tensor labels) => inputs =>
    {
        DetectorInputs.RequireLabels(inputs, labels, _classifier.ClassCount);
        return labels.detach().to(_classifier.Device);
    };

    private Tensor Work(Tensor inputs, Func<Tensor, Tensor> labels, Func<Tensor, Tensor, Tensor> judge, ScalarType resultType)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        _classifier.RequireEvaluationMode();
        using var mode = inference_mode(false);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var rows = ClassifierInputs.Shaped(_classifier, inputs.detach());
        if (rows.shape[0] == 0)
        {
            return empty([0], resultType, _classifier.Device).MoveToOuterDisposeScope();
        }

        FiniteValues.Require(rows);
        _classifier.Bounds.RequireInside(rows);
        var classes = labels(rows);
        var parts = new List<Tensor>();
        for (var start = 0L; start < rows.shape[0]; start += RowsPerChunk)
        {
            using var chunk = NewDisposeScope();
            var count = Math.Min(RowsPerChunk, rows.shape[0] - start);
            var result = judge(rows.narrow(0, start, count).to(ScalarType.Float64), classes.narrow(0, start, count));
            parts.Add(result.MoveToOuterDisposeScope());
        }

        return cat(parts, 0).MoveToOuterDisposeScope();
    }
}
