using System.Numerics;
using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.RandomSearch;

/// <summary>
/// Square attack (Andriushchenko et al. 2020, arXiv:1912.00049, algorithms 1 to 3; L1: Croce &amp; Hein 2021, arXiv:2103.01208, section 4): random
/// search that changes one square of an image at a time and needs scores only. Inputs that are no images, of a shape other than [channels,
/// height, width], change runs of features. A row leaves the batch once it reaches the goal. Default: 5000 queries.
/// </summary>
[AttackName("square", Norms = ["Linf", "L2", "L1"], Reference = "Andriushchenko et al. 2020, arXiv:1912.00049")]
public sealed record SquareAttack : Attack<IClassifier>
{
    private readonly int _queries = 5000;
    private readonly int _restarts = 1;
    private readonly double _initialShare = 0.8;

    /// <summary>5000 queries unless set otherwise.</summary>
    /// <param name="norm">L∞, L2 or L1.</param>
    /// <param name="epsilon">Budget, at least 0 and finite, in the units of the features.</param>
    public SquareAttack(Norm norm, double epsilon)
        : base(new ThreatModel(norm, epsilon).WithBudget())
    {
    }

    /// <summary>How often the classifier may be asked about a row, the start included, at least 1. Default 5000.</summary>
    public int Queries
    {
        get => _queries;
        init => _queries = InRange(value, value >= 1, ">= 1", nameof(Queries));
    }

    /// <summary>How often to start anew, at least 1; only with rows that are not broken yet, each time with all queries. Default 1.</summary>
    public int Restarts
    {
        get => _restarts;
        init => _restarts = InRange(value, value >= 1, ">= 1", nameof(Restarts));
    }

    /// <summary>Share of the image that the first squares cover, above 0 and at most 1: p of the paper. Default 0.8.</summary>
    public double InitialShare
    {
        get => _initialShare;
        init => _initialShare = InRange(value, value is > 0 and <= 1, "> 0 and <= 1", nameof(InitialShare));
    }

    /// <summary>
    /// Stretch the schedule by which squares shrink, made for 10,000 queries, to the number of queries; false: leave it as it is, as AutoAttack
    /// does. Default true.
    /// </summary>
    public bool RescaleSchedule { get; init; } = true;

    /// <inheritdoc/>
    protected override Tensor Perturb(AttackContext<IClassifier> context) =>
        context.Originals.dtype == ScalarType.Float64 ? Search<double>(context) : Search<float>(context);

    private Tensor Search<T>(AttackContext<IClassifier> context)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using var noGrad = no_grad();
        var search = new SquareSearch<T>(this, context);
        for (var restart = 0; restart < Restarts; restart++)
        {
            search.Run(restart);
        }

        return search.Result;
    }

    /// <summary>What is to grow: the margin, as in the paper, against a target the cross-entropy.</summary>
    internal static AttackObjective ObjectiveFor(Goal goal) => goal.LossSign > 0 ? AttackObjective.LogitMargin : AttackObjective.CrossEntropy;

    /// <summary>Share of the image that a query's square covers.</summary>
    /// <param name="query">Queries since the start.</param>
    internal double Share(int query)
    {
        ReadOnlySpan<int> halvings = [10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000];
        var place = RescaleSchedule ? (int)(query * 10_000L / Queries) : query;
        var count = 0;
        while (count < halvings.Length && place > halvings[count])
        {
            count++;
        }

        return InitialShare / (1 << count);
    }
}
