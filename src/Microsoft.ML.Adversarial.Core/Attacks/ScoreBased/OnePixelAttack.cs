using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Attacks.RandomSearch;
using Microsoft.ML.Adversarial.Norms;

namespace Microsoft.ML.Adversarial.Attacks.ScoreBased;

/// <summary>
/// One-pixel attack (Su et al. 2019, arXiv:1710.08864, section III): differential evolution over the places and values of a few pixels, with
/// scale factor 0.5 and without crossover. ε counts features, as L0 does everywhere: an image of C channels has C features per pixel, so that ⌊ε/C⌋
/// pixels change, all channels of each; with a smaller budget, and in inputs that are no images, ⌊ε⌋ single features do. The paper attacks color
/// images with 3, 9 and 15 features. Default: 40,000 queries, a population of 400.
/// </summary>
/// <remarks>
/// First values are normal around the middle of a feature's bounds with half their width, as in the paper; around the original with half the typical
/// width of the other features where a feature has no finite bounds. Values that leave the bounds are clamped, places outside the image drawn anew,
/// of which the paper says nothing.
/// </remarks>
[AttackName("onepixel", Norms = ["L0"], Reference = "Su et al. 2019, arXiv:1710.08864")]
public sealed record OnePixelAttack : ScoreBasedAttack
{
    private readonly int _populationSize = 400;

    /// <summary>40,000 queries unless set otherwise.</summary>
    /// <param name="norm">L0.</param>
    /// <param name="epsilon">How many features may change, at least 0 and finite.</param>
    public OnePixelAttack(Norm norm, double epsilon)
        : base(new ThreatModel(norm, epsilon).WithBudget(), queries: 40_000)
    {
    }

    /// <summary>How many candidates evolve, at least 4; no more than there are queries. Default 400.</summary>
    public int PopulationSize
    {
        get => _populationSize;
        init => _populationSize = InRange(value, value >= 4, ">= 4", nameof(PopulationSize));
    }

    private protected override AttackObjective ObjectiveOf(Goal goal) => AttackObjective.CrossEntropy;

    private protected override void Search(ScoredRows rows)
    {
        var shape = ImageShape.Of(rows.Whole.Classifier.InputShape);
        if (ThreatModel.Epsilon < shape.Channels)
        {
            shape = new(1, 1, shape.Features);
        }

        var pixels = (int)Math.Min(Math.Floor(ThreatModel.Epsilon / shape.Channels), shape.Height * shape.Width);
        if (pixels > 0)
        {
            new PixelEvolution(rows, new(shape, pixels), PopulationSize).Run();
        }
    }
}
