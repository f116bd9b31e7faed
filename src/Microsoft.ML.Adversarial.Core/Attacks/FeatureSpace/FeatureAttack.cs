using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.FeatureSpace;

/// <summary>
/// Feature attack (github.com/Line290/FeatureAttack, 2019): signed steps that turn a row's features, those of the last hidden layer, towards the
/// features of a guide, which is another row of the batch that the classifier takes for another class (for the target, if there is one). It
/// breaks defences that only scatter gradients of the loss. The published code takes guides at random; here a row tries those whose features
/// are nearest to its own, one after the other for as long as it is not broken. A row of a batch without guides turns away from its own
/// features. Small batches have few guides: alone among the attacks, this one breaks fewer rows in them. Default: 100 steps of ε/8 from a random
/// start for each of 10 guides.
/// </summary>
[AttackName("featureattack", Reference = "Line290 2019, github.com/Line290/FeatureAttack")]
public sealed record FeatureAttack : Attack<IFeatureClassifier>
{
    private readonly int _steps = 100;
    private readonly double? _stepSize;
    private readonly int _guides = 10;
    private readonly double _repulsion;

    /// <summary>100 steps of ε/8 for each of 10 guides unless set otherwise.</summary>
    /// <param name="norm">L∞ in the published code; any norm works.</param>
    /// <param name="epsilon">Budget, at least 0 and finite, in the units of the features of the input.</param>
    public FeatureAttack(Norm norm, double epsilon)
        : base(new ThreatModel(norm, epsilon).WithBudget())
    {
    }

    /// <summary>Number of steps for each guide, at least 1. Default 100.</summary>
    public int Steps
    {
        get => _steps;
        init => _steps = InRange(value, value >= 1, ">= 1", nameof(Steps));
    }

    /// <summary>Length of a step in the norm of the threat model, above 0; null for ε/8. Default null.</summary>
    public double? StepSize
    {
        get => _stepSize;
        init => _stepSize = InRange(value, value is null or > 0 and < double.PositiveInfinity, "> 0 and finite", nameof(StepSize));
    }

    /// <summary>How many guides a row tries, at least 1. Default 10.</summary>
    public int Guides
    {
        get => _guides;
        init => _guides = InRange(value, value >= 1, ">= 1", nameof(Guides));
    }

    /// <summary>
    /// How much leaving its own features counts beside nearing the guide's, at least 0: at 1 a row widens the margin of the two cosines. 0, the
    /// default, is the published code.
    /// </summary>
    public double Repulsion
    {
        get => _repulsion;
        init => _repulsion = InRange(value, value is >= 0 and < double.PositiveInfinity, ">= 0 and finite", nameof(Repulsion));
    }

    /// <inheritdoc/>
    protected override Tensor Perturb(AttackContext<IFeatureClassifier> context)
    {
        using var noGrad = no_grad();
        var (own, logits) = context.Classifier.FeaturesAndLogits(context.Originals);
        context.NoteLogitsOfOriginals(logits);
        var directions = nn.functional.normalize(own, dim: 1);
        var (similarity, guides) = FindGuides(directions, logits.argmax(1), context.Goal);

        var all = context.Originals.clone();
        var rows = arange(all.shape[0], device: all.device);
        for (var turn = 0; turn < guides.shape[1] && rows.shape[0] > 0 && !context.WasCancelled; turn++)
        {
            using var scope = NewDisposeScope();
            var hasGuide = similarity.select(1, turn).index_select(0, rows).isfinite();
            var ownDirections = directions.index_select(0, rows);
            var towards = directions.index_select(0, guides.select(1, turn).index_select(0, rows)) - (ownDirections * Repulsion);
            var (inputs, reached) = Turn(context.Select(rows, stream: turn), where(hasGuide.unsqueeze(1), towards, -ownDirections));
            all.index_copy_(0, rows, inputs);
            rows = rows.masked_select(reached.logical_not().logical_and_(hasGuide)).MoveToOuterDisposeScope();
        }

        return all;
    }

    // The rows whose predicted class reaches the goal, most similar features first; −∞ stands where there are no more.
    private (Tensor Similarity, Tensor Guides) FindGuides(Tensor directions, Tensor predictions, Goal goal)
    {
        using var scope = NewDisposeScope();
        var classes = goal.Classes.unsqueeze(1);
        var reaches = goal.LossSign > 0 ? predictions.ne(classes) : predictions.eq(classes);
        var itself = eye(predictions.shape[0], dtype: ScalarType.Bool, device: predictions.device);
        var similarity = directions.mm(directions.t()).masked_fill_(reaches.logical_not().logical_or_(itself), double.NegativeInfinity);
        var (nearest, guides) = similarity.topk((int)Math.Min(Guides, similarity.shape[1]), 1);
        return (nearest.MoveToOuterDisposeScope(), guides.MoveToOuterDisposeScope());
    }

    // A row keeps the first of its inputs that reach the goal, else the last.
    private (Tensor Inputs, Tensor Reached) Turn(AttackContext<IFeatureClassifier> context, Tensor directions)
    {
        var inputs = context.RandomStart().requires_grad_();
        var kept = inputs.detach().clone();
        var reached = zeros(inputs.shape[0], dtype: ScalarType.Bool, device: inputs.device);
        for (var step = 0; step <= Steps && !context.WasCancelled; step++)
        {
            using var scope = NewDisposeScope();
            Tensor features, logits;
            using (enable_grad())
            {
                (features, logits) = context.Classifier.FeaturesAndLogits(inputs);
                features = nn.functional.normalize(features, dim: 1);
            }

            var open = reached.logical_not().nonzero().flatten();
            kept.index_copy_(0, open, inputs.detach().index_select(0, open));
            reached.logical_or_(context.Goal.IsClearlyReached(logits.detach()));
            if (step == Steps || reached.all().item<bool>())
            {
                break;
            }

            autograd.backward([features], [directions], inputs: [inputs]);
            var gradient = inputs.grad!;
            inputs.grad = null;
            context.Step_(inputs, gradient, StepSize ?? (ThreatModel.Epsilon / 8));
        }

        return (kept, reached);
    }
}
