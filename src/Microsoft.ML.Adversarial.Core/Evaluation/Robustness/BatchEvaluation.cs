using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.Cascades;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Transformations;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Evaluation.Robustness;

/// <summary>One batch under evaluation: attack after attack, and then its rows.</summary>
internal sealed class BatchEvaluation
{
    private const double PixelTolerance = 1e-3;

    private readonly IClassifier _classifier;
    private readonly EvaluationBatch _batch;
    private readonly RobustnessOptions _options;
    private readonly long[] _keys;
    private readonly long[] _predictions;
    private readonly bool _hasPixels;
    private readonly List<RowOutcome[]> _outcomes = [];

    public BatchEvaluation(IClassifier classifier, EvaluationBatch batch, RobustnessOptions options)
    {
        (_batch, _options) = (batch, options);
        _keys = [.. Enumerable.Range(0, batch.Count).Select(row => batch.FirstRow + row)];
        _classifier = Restarted(classifier, options.Seed, batch.FirstRow);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        _predictions = _classifier.Logits(batch.Inputs).argmax(1).cpu().data<long>().ToArray();
        _hasPixels = HasOneFiniteRange(classifier.Bounds) && ArePixels(batch.Inputs);
    }

    /// <summary>What went through the classifier on behalf of this batch.</summary>
    public long QueryCount => (_classifier as IQueryCounter)?.QueryCount ?? 0;

    /// <summary>Attacks the batch and notes what came of it.</summary>
    /// <returns>What a cascade noticed about the classifier.</returns>
    public RobustnessWarnings Attack(Attack attack)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var goal = Goal.Misclassify(_batch.Labels);
        var run = new AttackRun { Seed = _options.Seed, RowKeys = _keys, Cancellation = _options.Cancellation };
        if (attack is not AttackCascade cascade)
        {
            Note(attack, attack.Run(_classifier, _batch.Inputs, goal, run), []);
            return RobustnessWarnings.None;
        }

        using var result = cascade.Evaluate((IDifferentiableClassifier)_classifier, _batch.Inputs, goal, run);
        Note(attack, result.Attacked, result.Stages);
        // Whether black-box stages are stronger is counted over all batches.
        return result.Warnings & ~RobustnessWarnings.BlackBoxIsStronger;
    }

    public EvaluatedRow[] Rows()
    {
        var (labels, fingerprints) = (LabelsOf(_batch), Fingerprints(_batch));
        return
        [
            .. _keys.Select((key, row) => new EvaluatedRow(
                key, fingerprints[row], (int)labels[row], (int)_predictions[row], [.. _outcomes.Select(attack => attack[row])])),
        ];
    }

    /// <summary>A row, alone in its batch, on which something threw.</summary>
    public static EvaluatedRow Failed(EvaluationBatch batch, string problem) =>
        new(batch.FirstRow, Fingerprints(batch)[0], (int)LabelsOf(batch)[0], Prediction: -1, [], problem);

    // A random transformation draws in the order of calls: each batch has a stream of its own, whatever was evaluated before it.
    internal static IClassifier Restarted(IClassifier classifier, long seed, long firstRow) =>
        classifier is TransformedClassifier transformed ? transformed.Restarted(unchecked(seed ^ firstRow)) : classifier;

    private static long[] LabelsOf(EvaluationBatch batch)
    {
        using var labels = batch.Labels.cpu();
        return labels.data<long>().ToArray();
    }

    private static string[] Fingerprints(EvaluationBatch batch)
    {
        using var scope = NewDisposeScope();
        var labels = LabelsOf(batch);
        var features = batch.Inputs.detach().to(ScalarType.Float32).cpu().contiguous().bytes;
        var width = features.Length / labels.Length;
        var row = new byte[width + sizeof(int)];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        var fingerprints = new string[labels.Length];
        for (var index = 0; index < fingerprints.Length; index++)
        {
            features.Slice(index * width, width).CopyTo(row);
            BinaryPrimitives.WriteInt32LittleEndian(row.AsSpan(width), (int)labels[index]);
            SHA256.HashData(row, hash);
            fingerprints[index] = Convert.ToHexString(hash[..8]);
        }

        return fingerprints;
    }

    private void Note(Attack attack, AttackResult result, IReadOnlyList<CascadeStage> stages)
    {
        var stageOf = new int?[_batch.Count];
        foreach (var (index, stage) in stages.Index())
        {
            foreach (var row in stage.NewlyBroken)
            {
                stageOf[row] = index;
            }
        }

        var predictions = result.Predictions.cpu().data<long>().ToArray();
        var labels = LabelsOf(_batch);
        var perturbations = result.Inputs - _batch.Inputs;
        var sizes = Doubles(result.Size);
        var (l0, l1, l2, lInfinity) = (
            Doubles(Norm.L0.Measure(perturbations)), Doubles(Norm.L1.Measure(perturbations)), Doubles(Norm.L2.Measure(perturbations)),
            Doubles(Norm.LInfinity.Measure(perturbations)));
        var rounded = _hasPixels && !attack.Constraints.EightBit ? RoundedPredictions(result.Inputs) : null;
        var outcomes = new RowOutcome[_batch.Count];
        for (var row = 0; row < outcomes.Length; row++)
        {
            var isMisclassified = predictions[row] != labels[row];
            var wasBroken = isMisclassified && _predictions[row] == labels[row];
            outcomes[row] = new(
                isMisclassified, (int)predictions[row], sizes[row], new(l0[row], l1[row], l2[row], lInfinity[row]), stageOf[row],
                rounded is not null && wasBroken ? rounded[row] != labels[row] : null);
        }

        _outcomes.Add(outcomes);
    }

    private static double[] Doubles(Tensor values) => values.to(ScalarType.Float64).cpu().data<double>().ToArray();

    private static bool HasOneFiniteRange(InputBounds bounds) => bounds.IsUniform && float.IsFinite(bounds.Lower[0]) && float.IsFinite(bounds.Upper[0]);

    // Whether all values are multiples of 1/255 of the width between the bounds, as images from files are.
    private bool ArePixels(Tensor inputs)
    {
        var (lower, width) = PixelScale();
        var steps = (inputs - lower) * (255 / width);
        return (steps - steps.round()).abs().lt(PixelTolerance).all().item<bool>();
    }

    private long[] RoundedPredictions(Tensor adversarial)
    {
        var (lower, width) = PixelScale();
        var rounded = (((adversarial - lower) * (255 / width)).round() * (width / 255)) + lower;
        return _classifier.Logits(rounded).argmax(1).cpu().data<long>().ToArray();
    }

    private (double Lower, double Width) PixelScale() =>
        (_classifier.Bounds.Lower[0], (double)_classifier.Bounds.Upper[0] - _classifier.Bounds.Lower[0]);
}
