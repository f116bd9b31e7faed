using System.Diagnostics;
using System.Reflection;
using Microsoft.ML.Adversarial.Attacks.Cascades;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Evaluation.Diagnostics;

namespace Microsoft.ML.Adversarial.Evaluation.Robustness;

/// <summary>Runs a suite of attacks on a classifier, batch by batch, and records what they did to every row.</summary>
public static class RobustnessEvaluation
{
    /// <summary>Evaluates batches. Attacks that need what the classifier has not are left out and named.</summary>
    /// <param name="classifier">The classifier under attack; it is left as found.</param>
    /// <param name="classes">What its classes are called, in their order; null for their numbers.</param>
    /// <param name="batches">All batches of the data, also those that belong to other shards; read once.</param>
    /// <param name="suite">The attacks.</param>
    /// <param name="options">Seed, batches, diagnostics, cancellation; null for the defaults.</param>
    /// <returns>
    /// The metrics. Rows on which the model or an attack throws are counted apart, with what went wrong; the evaluation goes on.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// There are no rows, or rows of one class only; no attack of the suite can attack the classifier.
    /// </exception>
    /// <exception cref="AdversarialInputException">No row of undivided data could be evaluated: what went wrong with the first.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before a batch was finished.</exception>
    public static RobustnessMetrics Run(
        IClassifier classifier, IReadOnlyList<string>? classes, IEnumerable<EvaluationBatch> batches, AttackSuite suite,
        RobustnessOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(batches);
        ArgumentNullException.ThrowIfNull(suite);
        options ??= new();
        var run = new Running(classifier, suite, new(classifier, suite, classes), options);
        foreach (var batch in batches)
        {
            if (!run.Take(batch))
            {
                break;
            }
        }

        return new(run.Record(), options.Confidence);
    }

    private sealed class Running(IClassifier classifier, AttackSuite suite, SuiteRun allowed, RobustnessOptions options)
    {
        private readonly SuiteAttack[] _attacks = [.. allowed.Attacks];
        private readonly List<EvaluatedRow> _rows = [];
        private readonly long?[] _queries = [.. allowed.Attacks.Select(_ => classifier is IQueryCounter ? 0L : (long?)null)];
        private readonly TimeSpan[] _times = new TimeSpan[allowed.Attacks.Count];
        private RobustnessWarnings _warnings;
        private ProbeResults _probes = ProbeResults.None;
        private long _rowCount;
        private long _batchCount;
        private bool _isComplete = true;
        private RowsAtFault<EvaluatedRow>? _rowsAtFault;

        // False once cancelled.
        public bool Take(EvaluationBatch batch)
        {
            var (number, isOurs) = (_batchCount, options.Shard.Has(_batchCount));
            _batchCount++;
            _rowCount += batch.Count;
            if (!isOurs)
            {
                return true;
            }

            _rowsAtFault ??= new(EvaluateTogether, BatchEvaluation.Failed, options.Cancellation);
            var evaluated = _rowsAtFault.Evaluate(batch);
            if (number == 0 && options.ProbeRows > 0 && !options.Cancellation.IsCancellationRequested)
            {
                _probes = ProbeResults.Of(classifier, suite, _attacks, batch, evaluated, options);
            }

            if (options.Cancellation.IsCancellationRequested)
            {
                _isComplete = false;
                return false;
            }

            _rows.AddRange(evaluated);
            return true;
        }

        public EvaluationRecord Record()
        {
            SuiteRun.RequireRows(_rowCount, _rows.Count, _isComplete, options.Cancellation);
            // Other parts may have rows that can be evaluated.
            if (options.Shard.Count == 1 && _rows.Count > 0 && _rows.All(row => row.Error is not null) && _rowsAtFault?.FirstError is { } firstError)
            {
                throw firstError;
            }

            return new()
            {
                LibraryVersion = typeof(RobustnessEvaluation).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
                ModelFingerprint = options.ModelFingerprint,
                DataFingerprint = options.DataFingerprint,
                Suite = suite.Name,
                Norm = suite.Norm.Name,
                Epsilon = suite.Epsilon,
                Constraints = suite.Constraints.ToString(),
                Classes = allowed.Classes,
                Seed = options.Seed,
                BatchSize = options.BatchSize,
                RowCount = _rowCount,
                ShardCount = options.Shard.Count,
                Shards = [options.Shard.Index],
                IsComplete = _isComplete,
                Attacks = [.. _attacks.Select((attack, index) => Describe(attack, index))],
                AttacksLeftOut = allowed.AttacksLeftOut,
                Warnings = _warnings,
                Probes = _probes.Diagnostics,
                ProbedCurve = _probes.Curve,
                Rows = _rows,
            };
        }

        private AttackRecord Describe(SuiteAttack attack, int index)
        {
            var stages = attack.Attack is AttackCascade cascade ? cascade.Stages : [];
            return new(
                attack.Name, AttackRecord.SettingsOf(attack.Attack), attack.IsBlackBox, attack.IsMinimumNorm,
                [.. stages.Select(AttackRecord.SettingsOf)], [.. stages.Select(stage => stage is Attacks.Attack<IClassifier>)], _queries[index],
                _times[index]);
        }

        private EvaluatedRow[] EvaluateTogether(EvaluationBatch batch)
        {
            var evaluation = new BatchEvaluation(classifier, batch, options);
            for (var index = 0; index < _attacks.Length; index++)
            {
                var (watch, before) = (Stopwatch.StartNew(), evaluation.QueryCount);
                _warnings |= evaluation.Attack(_attacks[index].Attack);
                _times[index] += watch.Elapsed;
                _queries[index] += evaluation.QueryCount - before;
                options.Progress?.Report(new(_rows.Count, _attacks[index].Name));
                if (options.Cancellation.IsCancellationRequested)
                {
                    break;
                }
            }

            return evaluation.Rows();
        }
    }
}
