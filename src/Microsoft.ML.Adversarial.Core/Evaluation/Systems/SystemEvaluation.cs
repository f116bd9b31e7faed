using System.Diagnostics;
using System.Reflection;
using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.Cascades;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Evaluation.Robustness;

namespace Microsoft.ML.Adversarial.Evaluation.Systems;

/// <summary>
/// Attacks a classifier with its detectors as one system: by a suite of attacks that know of no detector, and by adaptive attacks
/// (<see cref="Attacks.Evasion.DetectorEvasion"/>; Tramèr et al. 2020, arXiv:2002.08347) made for every detector that has a gradient and for all of
/// them at once, within the suite's threat model.
/// </summary>
public static class SystemEvaluation
{
    /// <summary>Evaluates batches. Attacks that need what the classifier has not are left out and named.</summary>
    /// <param name="system">The classifier with its detectors; all are left as found.</param>
    /// <param name="classes">What the classes are called, in their order; null for their numbers.</param>
    /// <param name="batches">The rows, read once; other rows than those that the system was calibrated on.</param>
    /// <param name="suite">The attacks and the threat model.</param>
    /// <param name="options">Seed, steps, the attack with half the budget, cancellation; null for the defaults.</param>
    /// <returns>
    /// The metrics. Rows on which the classifier, a detector or an attack throws are counted apart, with what went wrong; the evaluation goes on.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// There are no rows; no attack of the suite can attack the classifier; or the attack with half the budget has another budget or norm.
    /// </exception>
    /// <exception cref="AdversarialInputException">No row could be evaluated: what went wrong with the first.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before a batch was finished.</exception>
    public static SystemMetrics Run(
        DetectionSystem system, IReadOnlyList<string>? classes, IEnumerable<EvaluationBatch> batches, AttackSuite suite, SystemOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(batches);
        ArgumentNullException.ThrowIfNull(suite);
        options ??= new();
        var run = new Running(system, suite, new(system.Classifier, suite, classes), options);
        foreach (var batch in batches)
        {
            if (!run.Take(batch))
            {
                break;
            }
        }

        return new(run.Record(), options.Confidence);
    }

    /// <summary>What attacks the bare classifier with half the budget; null where nothing can.</summary>
    private static Attack? HalfBudgetAttack(IClassifier classifier, AttackSuite suite, SystemOptions options)
    {
        var half = suite.Epsilon / 2;
        if (options.HalfBudgetAttack is { } given)
        {
            return given.ThreatModel.Norm.Equals(suite.Norm) && given.ThreatModel.Epsilon == half && given.CanAttack(classifier)
                ? given with { Constraints = suite.Constraints }
                : throw new ArgumentException(
                    $"{nameof(SystemOptions.HalfBudgetAttack)}: expected an attack that {classifier.GetType().Name} allows, with half the suite's budget, "
                    + $"{new ThreatModel(suite.Norm, half)}, got {given.ThreatModel}.",
                    nameof(options));
        }

        if (classifier is not IDifferentiableClassifier)
        {
            return null;
        }

        Attack attack = AttackDescription.NormsOf<AutoAttack>().Contains(suite.Norm.Name)
            ? AutoAttack.Standard(suite.Norm, half)
            : new ProjectedGradientDescent(suite.Norm, half) { Steps = 100 };
        return attack with { Constraints = suite.Constraints };
    }

    private sealed class Running(DetectionSystem system, AttackSuite suite, SuiteRun allowed, SystemOptions options)
    {
        private readonly Attack? _half = HalfBudgetAttack(system.Classifier, suite, options);
        private readonly List<SystemRow> _rows = [];
        private IReadOnlyList<string?> _whyNotEvaded = [];
        private AdaptiveAttack[] _adaptive = [];
        private TimeSpan[] _times = [];
        private bool _hasBegun;
        private bool _isComplete = true;
        private RowsAtFault<SystemRow>? _rowsAtFault;

        // False once cancelled.
        public bool Take(EvaluationBatch batch)
        {
            Begin(batch);
            _rowsAtFault ??= new(EvaluateTogether, SystemBatch.Failed, options.Cancellation);
            var evaluated = _rowsAtFault.Evaluate(batch);
            if (options.Cancellation.IsCancellationRequested)
            {
                _isComplete = false;
                return false;
            }

            _rows.AddRange(evaluated);
            return true;
        }

        public SystemRecord Record()
        {
            SuiteRun.RequireRows(_rows.Count, _rows.Count, _isComplete, options.Cancellation);
            if (_rows.All(row => row.Error is not null) && _rowsAtFault?.FirstError is { } firstError)
            {
                throw firstError;
            }

            return new()
            {
                LibraryVersion = typeof(SystemEvaluation).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
                Suite = suite.Name,
                Norm = suite.Norm.Name,
                Epsilon = suite.Epsilon,
                Constraints = suite.Constraints.ToString(),
                Classes = allowed.Classes,
                Seed = options.Seed,
                BatchSize = options.BatchSize,
                IsComplete = _isComplete,
                FalsePositiveRate = system.FalsePositiveRate,
                Detectors =
                [
                    .. system.Detectors.Select((detector, index) => new SystemDetectorRecord(
                        detector.Name, system.Thresholds[index], detector.Calibration.Count, _whyNotEvaded[index])),
                ],
                Attacks =
                [
                    .. allowed.Attacks.Select((attack, index) => new SystemAttackRecord(
                        attack.Name, AttackRecord.SettingsOf(attack.Attack), attack.IsBlackBox, attack.IsMinimumNorm, [], _times[index])),
                    .. _adaptive.Select((attack, index) => new SystemAttackRecord(
                        attack.Attack.Name, attack.Settings, IsBlackBox: false, IsMinimumNorm: false, attack.Evades, _times[allowed.Attacks.Count + index])),
                ],
                AttacksLeftOut = allowed.AttacksLeftOut,
                HalfBudgetAttack = _half is null ? null : AttackRecord.SettingsOf(_half),
                Rows = _rows,
            };
        }

        private void Begin(EvaluationBatch batch)
        {
            if (_hasBegun)
            {
                return;
            }

            using var example = batch.Inputs.narrow(0, 0, 1);
            var adaptive = new AdaptiveAttacks(system, example);
            var canEvade = system.Classifier is IDifferentiableClassifier;
            _whyNotEvaded = canEvade ? adaptive.WhyNotEvaded : [.. system.Detectors.Select(_ => "the classifier has no gradient")];
            _adaptive = canEvade ? [.. adaptive.Within(suite, options.AdaptiveSteps)] : [];
            _times = new TimeSpan[allowed.Attacks.Count + _adaptive.Length];
            _hasBegun = true;
        }

        private SystemRow[] EvaluateTogether(EvaluationBatch batch)
        {
            var evaluation = new SystemBatch(system, batch, options);
            foreach (var (index, attack) in allowed.Attacks.Concat(_adaptive.Select(one => one.Attack)).Index())
            {
                var watch = Stopwatch.StartNew();
                evaluation.Attack(attack.Attack);
                _times[index] += watch.Elapsed;
                options.Progress?.Report(new(_rows.Count, attack.Name));
                if (options.Cancellation.IsCancellationRequested)
                {
                    return evaluation.Rows();
                }
            }

            if (_half is not null)
            {
                evaluation.AttackClassifier(_half);
            }

            return evaluation.Rows();
        }
    }
}
