using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Cascades;

/// <summary>One run of a cascade, and what it can be asked afterwards.</summary>
/// <param name="stages">The stages.</param>
/// <param name="checksClassifier">Whether to look for what casts doubt on the result.</param>
/// <param name="earlier">What to go on from.</param>
internal sealed class CascadeRun(IReadOnlyList<Attack> stages, bool checksClassifier, CascadeResult? earlier = null)
{
    private const double NoticeableShare = 0.002;

    private readonly List<CascadeStage> _outcomes = [.. earlier?.Stages ?? []];

    public IReadOnlyList<CascadeStage> Outcomes => _outcomes;

    public RobustnessWarnings Warnings { get; private set; } = earlier?.Warnings ?? RobustnessWarnings.None;

    public Tensor Perturb(AttackContext<IDifferentiableClassifier> context)
    {
        using var noGrad = no_grad();
        var inputs = (earlier?.Attacked.Inputs.to(context.Originals.device) ?? context.Originals).clone();
        var open = (earlier?.Attacked.Succeeded.to(context.Originals.device) ?? context.ReachedBefore).logical_not().nonzero().flatten();
        if (checksClassifier && open.shape[0] > 0 && !context.WasCancelled)
        {
            Warnings |= ClassifierChecks.Of(context.Select(open, stream: 0));
        }

        for (var stage = _outcomes.Count(outcome => !outcome.WasCancelled); stage < stages.Count && !context.WasCancelled; stage++)
        {
            var outcome = Run(stage, context, inputs, ref open);
            _outcomes.Add(outcome);
            if (stages[stage] is Attack<IClassifier> && stage > 0 && outcome.NewlyBroken.Count > NoticeableShare * inputs.shape[0])
            {
                Warnings |= RobustnessWarnings.BlackBoxIsStronger;
            }
        }

        return inputs;
    }

    private CascadeStage Run(int stage, AttackContext<IDifferentiableClassifier> context, Tensor inputs, ref Tensor open)
    {
        var run = context.RunOn(open, stage);
        var attacked = (int)open.shape[0];
        if (attacked == 0)
        {
            return new(stages[stage], run.Seed, 0, [], WasCancelled: false);
        }

        using var scope = NewDisposeScope();
        var result = stages[stage].Run(context.Unconstrained, context.Originals.index_select(0, open), context.Goal.Select(open), run);
        var broken = open.masked_select(result.Succeeded);
        if (stage == 0)
        {
            context.NoteRowsWithoutGradient(open.masked_select(result.ZeroGradients).cpu().data<long>().ToArray());
        }

        inputs.index_copy_(0, broken, result.Inputs.index_select(0, result.Succeeded.nonzero().flatten()));
        open = open.masked_select(result.Succeeded.logical_not()).MoveToOuterDisposeScope();
        return new(stages[stage], run.Seed, attacked, [.. broken.cpu().data<long>().ToArray()], result.WasCancelled);
    }
}
