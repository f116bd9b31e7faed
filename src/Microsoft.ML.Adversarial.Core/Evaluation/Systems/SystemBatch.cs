using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Evaluation.Systems;

/// <summary>One batch under evaluation: attack after attack, scored by every detector, and then its rows.</summary>
internal sealed class SystemBatch
{
    private readonly DetectionSystem _system;
    private readonly IClassifier _classifier;
    private readonly EvaluationBatch _batch;
    private readonly AttackRun _run;
    private readonly long[] _keys;
    private readonly long[] _labels;
    private readonly long[] _predictions;
    private readonly float[][] _scores;
    private readonly List<SystemOutcome[]> _outcomes = [];
    private bool[]? _holdsAtHalf;

    public SystemBatch(DetectionSystem system, EvaluationBatch batch, SystemOptions options)
    {
        (_system, _batch) = (system, batch);
        _keys = [.. Enumerable.Range(0, batch.Count).Select(row => batch.FirstRow + row)];
        _run = new() { Seed = options.Seed, RowKeys = _keys, Cancellation = options.Cancellation };
        _classifier = BatchEvaluation.Restarted(system.Classifier, options.Seed, batch.FirstRow);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        _labels = batch.Labels.cpu().data<long>().ToArray();
        _predictions = _classifier.Logits(batch.Inputs).argmax(1).cpu().data<long>().ToArray();
        _scores = ScoresOf(batch.Inputs);
    }

    /// <summary>Attacks the batch and notes what came of it.</summary>
    public void Attack(Attack attack)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var result = attack.Run(_classifier, _batch.Inputs, Goal.Misclassify(_batch.Labels), _run);
        var predictions = result.Predictions.cpu().data<long>().ToArray();
        var sizes = result.Size.to(ScalarType.Float64).cpu().data<double>().ToArray();
        var scores = ScoresOf(result.Inputs);
        _outcomes.Add([.. predictions.Select((prediction, row) => new SystemOutcome(prediction != _labels[row], (int)prediction, sizes[row], scores[row]))]);
    }

    /// <summary>Attacks the bare classifier with half the budget.</summary>
    public void AttackClassifier(Attack attack)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var result = attack.Run(_classifier, _batch.Inputs, Goal.Misclassify(_batch.Labels), _run);
        _holdsAtHalf = [.. result.Succeeded.cpu().data<bool>().ToArray().Select((broken, row) => !broken && _predictions[row] == _labels[row])];
    }

    public SystemRow[] Rows() =>
    [
        .. _keys.Select((key, row) => new SystemRow(
            key, (int)_labels[row], (int)_predictions[row], _scores[row], _holdsAtHalf?[row], [.. _outcomes.Select(attack => attack[row])])),
    ];

    /// <summary>A row, alone in its batch, on which something threw.</summary>
    public static SystemRow Failed(EvaluationBatch batch, string problem)
    {
        using var scope = NewDisposeScope();
        return new(batch.FirstRow, (int)batch.Labels[0].cpu().item<long>(), Prediction: -1, Scores: [], HoldsAtHalfBudget: null, Outcomes: [], problem);
    }

    // [rows][detectors]
    private float[][] ScoresOf(Tensor inputs)
    {
        float[][] byDetector = [.. _system.Detectors.Select(detector => DetectorScore.Of(detector.Detector, inputs))];
        return [.. Enumerable.Range(0, _keys.Length).Select(row => Array.ConvertAll(byDetector, scores => scores[row]))];
    }
}
