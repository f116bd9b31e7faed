using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Cascades;

/// <summary>
/// Attacks in turn, each on the rows that none before it broke: what counts is the worst case per row. Rows that reach the goal unperturbed, and
/// those that no stage breaks, come back as they were. <see cref="Evaluate"/> tells what each stage did, <see cref="Resume"/> goes on from there.
/// </summary>
public abstract record AttackCascade : Attack<IDifferentiableClassifier>
{
    /// <summary>A cascade within a threat model.</summary>
    /// <param name="threatModel">How far the stages may move an input; with a budget.</param>
    protected AttackCascade(ThreatModel threatModel)
        : base(threatModel?.WithBudget()!)
    {
    }

    /// <summary>The stages in their order, each within the cascade's threat model; its constraints, if any, take the place of theirs.</summary>
    public abstract IReadOnlyList<Attack> Stages { get; }

    private IReadOnlyList<Attack> ConstrainedStages => Constraints.AreNone ? Stages : [.. Stages.Select(stage => stage with { Constraints = Constraints })];

    /// <summary>Attacks a batch and tells what each stage did, and what about the classifier casts doubt on the result.</summary>
    /// <param name="classifier">The classifier under attack; it is left as found.</param>
    /// <param name="inputs">Shape [N, …], within the classifier's bounds, finite; left as found.</param>
    /// <param name="goal">What to reach, row by row.</param>
    /// <param name="run">Seed, row keys, cancellation; null for seed 0 and keys 0, 1, …. Stage i draws with seed + i.</param>
    /// <returns>The adversarial inputs, the stages and the warnings; the caller disposes it.</returns>
    /// <exception cref="AdversarialInputException">A row is NaN or infinite or out of bounds, or its class is impossible; names the row.</exception>
    public CascadeResult Evaluate(IDifferentiableClassifier classifier, Tensor inputs, Goal goal, AttackRun? run = null)
    {
        var work = new CascadeRun(ConstrainedStages, checksClassifier: true);
        var result = new Reported(ThreatModel, work).Run(classifier, inputs, goal, run);
        return new(result, work.Outcomes, work.Warnings, Stages.Count);
    }

    /// <summary>Goes on after a cancelled run: with the stages that it did not finish, on the rows that are still robust.</summary>
    /// <param name="earlier">What an evaluation by an equal cascade of the same rows gave; it stays valid and is the caller's to dispose.</param>
    /// <param name="classifier">The classifier under attack; it is left as found.</param>
    /// <param name="inputs">The same inputs.</param>
    /// <param name="goal">The same goal.</param>
    /// <param name="run">The same seed and row keys; cancellation.</param>
    /// <returns>Everything that was found, by the earlier run and this one; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The earlier run had other stages or other rows.</exception>
    public CascadeResult Resume(CascadeResult earlier, IDifferentiableClassifier classifier, Tensor inputs, Goal goal, AttackRun? run = null)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        ArgumentNullException.ThrowIfNull(inputs);
        var finished = earlier.Stages.Where(stage => !stage.WasCancelled).Select(stage => stage.Attack);
        if (!finished.SequenceEqual(ConstrainedStages.Take(finished.Count())) || !earlier.Attacked.Inputs.shape.SequenceEqual(inputs.shape))
        {
            throw new ArgumentException(
                "Expected the result of a cascade with the same stages on the same rows, got another one. Resume with what Evaluate gave for this cascade.",
                nameof(earlier));
        }

        var work = new CascadeRun(ConstrainedStages, checksClassifier: false, earlier);
        var result = new Reported(ThreatModel, work).Run(classifier, inputs, goal, run);
        return new(result, work.Outcomes, work.Warnings, Stages.Count);
    }

    /// <inheritdoc/>
    protected sealed override Tensor Perturb(AttackContext<IDifferentiableClassifier> context) =>
        new CascadeRun(ConstrainedStages, checksClassifier: false).Perturb(context);

    // The same attack, whose run can be asked afterwards.
    private sealed record Reported(ThreatModel Model, CascadeRun Work) : Attack<IDifferentiableClassifier>(Model)
    {
        protected override Tensor Perturb(AttackContext<IDifferentiableClassifier> context) => Work.Perturb(context);
    }
}
