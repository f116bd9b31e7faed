using Microsoft.ML.Adversarial.Attacks.Evasion;
using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Evaluation.Systems;

/// <summary>
/// The attacks that are made for a system: against each detector alone and against all at once, by both schedules. Those that stay under the
/// thresholds count errors that pass; those that go on to a score that is low among clean rows show what the score's order is worth, which thresholds
/// alone leave high.
/// </summary>
internal sealed class AdaptiveAttacks
{
    private readonly DetectionSystem _system;
    private readonly IDifferentiableDetector?[] _differentiable;

    public AdaptiveAttacks(DetectionSystem system, Tensor example)
    {
        _system = system;
        _differentiable = new IDifferentiableDetector?[system.Detectors.Count];
        WhyNotEvaded = [.. system.Detectors.Select((detector, index) => Try(detector, index, example))];
    }

    /// <summary>Why no attack can be made against a detector, in their order; null where one can.</summary>
    public IReadOnlyList<string?> WhyNotEvaded { get; }

    /// <summary>The attacks within a suite's threat model.</summary>
    public IEnumerable<AdaptiveAttack> Within(AttackSuite suite, int steps)
    {
        int[] evadable = [.. Enumerable.Range(0, _differentiable.Length).Where(index => WhyNotEvaded[index] is null)];
        IEnumerable<(string Name, int[] Detectors)> targets = evadable.Select(index => (_system.Detectors[index].Name, (int[])[index]));
        if (evadable.Length > 1)
        {
            targets = targets.Append(("all", evadable));
        }

        foreach (var (name, detectors) in targets)
        {
            foreach (var isLow in (bool[])[false, true])
            {
                EvadedDetector[] evaded = [.. detectors.Select(index => new EvadedDetector(_differentiable[index]!, LimitOf(index, isLow)))];
                foreach (var schedule in Enum.GetValues<EvasionSchedule>())
                {
                    var attack = new DetectorEvasion(suite.Norm, suite.Epsilon, evaded) { Steps = steps, Schedule = schedule, Constraints = suite.Constraints };
                    var how = schedule == EvasionSchedule.Selective ? "selective" : "Lagrangian";
                    yield return new(
                        new($"adaptive {name}, {how}{(isLow ? ", low score" : "")}", attack), [.. detectors.Select(index => _system.Detectors[index].Name)]);
                }
            }
        }
    }

    private float LimitOf(int index, bool isLow) => isLow ? _system.Detectors[index].LowScore : _system.Thresholds[index];

    private string? Try(CalibratedDetector detector, int index, Tensor example)
    {
        if (detector.Differentiable is not { } differentiable)
        {
            return "its score has no gradient";
        }

        if (!float.IsFinite(LimitOf(index, isLow: false)) || !float.IsFinite(LimitOf(index, isLow: true)))
        {
            return "clean rows have infinite scores";
        }

        try
        {
            differentiable.ScoreGradient(example).Dispose();
        }
        catch (NotSupportedException error)
        {
            return $"its score has no gradient on this network: {error.Message}";
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // That row's own fault, which its evaluation will name.
        }

        _differentiable[index] = differentiable;
        return null;
    }
}

/// <summary>An attack that was made for detectors.</summary>
/// <param name="Attack">The attack with its name.</param>
/// <param name="Evades">The names of the detectors.</param>
internal sealed record AdaptiveAttack(SuiteAttack Attack, IReadOnlyList<string> Evades)
{
    /// <summary>The attack as text.</summary>
    public string Settings => Attack.Attack is DetectorEvasion evasion
        ? FormattableString.Invariant($"{nameof(DetectorEvasion)} {evasion.ThreatModel} Steps={evasion.Steps} Schedule={evasion.Schedule} Thresholds=")
            + string.Join('+', evasion.Detectors.Select(detector => FormattableString.Invariant($"{detector.Threshold:G6}")))
        : Attack.Name;
}
