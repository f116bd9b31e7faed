using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Attacks.RandomSearch;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.ScoreBased;

/// <summary>
/// Simple black-box attack, SimBA (Guo et al. 2019, arXiv:1905.07121, algorithm 1): tries a step forwards, then backwards, along one direction of an
/// orthonormal basis after another in random order, and keeps what makes the probability of the label smaller, or that of the target larger. Steps
/// are projected onto the budget; those that the budget or the bounds undo ask nothing. When all directions had their turn they have it again, in
/// another order. Default: 10,000 queries, the pixel basis.
/// </summary>
[AttackName("simba", Norms = ["L2", "Linf"], Reference = "Guo et al. 2019, arXiv:1905.07121")]
public sealed record SimpleBlackBoxAttack : ScoreBasedAttack
{
    private readonly double? _stepSize;
    private readonly double _frequencyShare = 0.125;

    /// <summary>10,000 queries unless set otherwise.</summary>
    /// <param name="norm">L2 or L∞.</param>
    /// <param name="epsilon">Budget, at least 0 and finite, in the units of the features.</param>
    public SimpleBlackBoxAttack(Norm norm, double epsilon)
        : base(new ThreatModel(norm, epsilon).WithBudget(), queries: 10_000)
    {
    }

    /// <summary>The directions. Default: pixels.</summary>
    public SearchBasis Basis { get; init; } = SearchBasis.Pixel;

    /// <summary>
    /// Share of the frequencies of each side of an image that the cosine basis has, above 0 and at most 1; at least one frequency is used.
    /// Default 0.125, the paper's for images 224 wide; small images need more.
    /// </summary>
    public double FrequencyShare
    {
        get => _frequencyShare;
        init => _frequencyShare = InRange(value, value is > 0 and <= 1, "> 0 and <= 1", nameof(FrequencyShare));
    }

    /// <summary>
    /// L2 length of a step, above 0, in the units of the features; null for ε/10 in L2, and in L∞ for ε with pixels, which go to the corners of the
    /// ball, and for ε times the root of the number of pixels of a channel over 10 with cosines. The paper steps by 0.2 on pixels in [0, 1].
    /// </summary>
    public double? StepSize
    {
        get => _stepSize;
        init => _stepSize = InRange(value, value is null or > 0 and < double.PositiveInfinity, "> 0 and finite", nameof(StepSize));
    }

    private protected override AttackObjective ObjectiveOf(Goal goal) => AttackObjective.CrossEntropy;

    private protected override void Search(ScoredRows rows)
    {
        var shape = ImageShape.Of(rows.Whole.Classifier.InputShape);
        var directions = DirectionsOf(rows, shape);
        if (directions.Count == 0)
        {
            return;
        }

        new CoordinateSearch(rows, directions, StepSize ?? Rule(shape)).Run();
    }

    private SearchDirections DirectionsOf(ScoredRows rows, ImageShape shape)
    {
        var device = rows.Whole.Originals.device;
        return Basis == SearchBasis.DiscreteCosine
            ? new CosineDirections(shape, FrequencyShare, device)
            : new PixelDirections(rows.Whole.Units.Free(ones([1, shape.Features], ScalarType.Bool, device)).flatten().nonzero().flatten());
    }

    private double Rule(ImageShape shape) => (ThreatModel.Norm == Norm.LInfinity, Basis) switch
    {
        (true, SearchBasis.Pixel) => ThreatModel.Epsilon,
        (true, _) => ThreatModel.Epsilon * Math.Sqrt(shape.Height * shape.Width) / 10,
        _ => ThreatModel.Epsilon / 10,
    };
}
