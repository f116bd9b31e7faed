using Microsoft.ML.Adversarial.Attacks.AdaptiveSteps;
using Microsoft.ML.Adversarial.Attacks.Cascades;
using Microsoft.ML.Adversarial.Attacks.DecisionBased;
using Microsoft.ML.Adversarial.Attacks.FeatureSpace;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm.AdaptiveBoundary;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm.CarliniWagner;
using Microsoft.ML.Adversarial.Attacks.MinimumNorm.ElasticNet;
using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Attacks.RandomSearch;
using Microsoft.ML.Adversarial.Attacks.Saliency;
using Microsoft.ML.Adversarial.Attacks.ScoreBased;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Adversarial.Trees;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>An attack under test.</summary>
/// <param name="Name">Shown in test results.</param>
/// <param name="Epsilon">A budget that matters on inputs in [0, 1].</param>
/// <param name="IsRandom">Whether results depend on the seed.</param>
/// <param name="Create">The attack with a budget.</param>
internal sealed record AttackCase(string Name, double Epsilon, bool IsRandom, Func<double, Attack> Create)
{
    /// <summary>Whether rows that reach the goal unperturbed, and those that never do, come back as they were.</summary>
    public bool LeavesReachedRows => Attack is IMinimumNormAttack or AttackCascade;

    /// <summary>Whether rows that reach the goal unperturbed come back as they were.</summary>
    public bool LeavesRowsEarly => LeavesReachedRows || Attack is ScoreBasedAttack or IteratedGradientAttack { LeaveEarly: true };

    /// <summary>Whether the attack spends a budget, so that it needs one.</summary>
    public bool NeedsABudget => Attack is not (IMinimumNormAttack or LogitAscent);

    public Attack Attack => Create(Epsilon);

    /// <summary>What it attacks in <see cref="AttackContract"/>: a network, or trees where it reads trees.</summary>
    public AttackedRows CreateTask() => Attack is TreeAttack
        ? new AttackedRows(TestTrees.Classifier(seed: 1, features: 12, classes: 4, treesPerClass: 8, splits: 7), TestNetworks.Uniform([AttackTask.Rows, 12]))
        : new AttackTask();

    public override string ToString() => Name;
}

/// <summary>
/// Every attack of the library. To add one: a line here, and it inherits <see cref="AttackContract"/>; those on networks inherit other contracts too.
/// </summary>
internal static class AttackTable
{
    private static readonly Norm L15 = Norm.Lp(1.5);

    public static readonly IReadOnlyList<AttackCase> All =
    [
        new("FGSM", 0.1, false, epsilon => new FastGradientMethod(Norm.LInfinity, epsilon)),
        new("FGM L2", 0.8, false, epsilon => new FastGradientMethod(Norm.L2, epsilon)),
        new("FGM L1", 2, false, epsilon => new FastGradientMethod(Norm.L1, epsilon)),
        new("FGM L1.5", 1.2, false, epsilon => new FastGradientMethod(L15, epsilon)),
        new("BIM", 0.1, false, epsilon => new BasicIterativeMethod(Norm.LInfinity, epsilon)),
        new("BIM L2", 0.8, false, epsilon => new BasicIterativeMethod(Norm.L2, epsilon)),
        new("PGD", 0.1, true, epsilon => new ProjectedGradientDescent(Norm.LInfinity, epsilon)),
        new("PGD L2", 0.8, true, epsilon => new ProjectedGradientDescent(Norm.L2, epsilon)),
        new("PGD L1", 2, true, epsilon => new ProjectedGradientDescent(Norm.L1, epsilon)),
        new("PGD L0", 3, true, epsilon => new ProjectedGradientDescent(Norm.L0, epsilon) { Steps = 5 }),
        new("PGD L3", 0.3, true, epsilon => new ProjectedGradientDescent(Norm.Lp(3), epsilon) { Steps = 5 }),
        new("PGD L1.5", 1.2, true, epsilon => new ProjectedGradientDescent(L15, epsilon) { Steps = 5 }),
        new("PGD from the input", 0.1, false, epsilon => new ProjectedGradientDescent(Norm.LInfinity, epsilon) { RandomStart = false }),
        new("PGD with step size", 0.1, true, epsilon =>
            new ProjectedGradientDescent(Norm.LInfinity, epsilon) { StepSize = 0.07, Steps = 3 }),
        new("PGD with restarts", 0.02, true, epsilon => new ProjectedGradientDescent(Norm.LInfinity, epsilon) { Steps = 5, Restarts = 3 }),
        new("PGD L2 with restarts", 0.1, true, epsilon => new ProjectedGradientDescent(Norm.L2, epsilon) { Steps = 5, Restarts = 3 }),
        new("PGD on the margin", 0.1, true, epsilon =>
            new ProjectedGradientDescent(Norm.LInfinity, epsilon) { Objective = AttackObjective.LogitMargin }),
        new("MI-FGSM", 0.1, false, epsilon => new MomentumIterativeMethod(Norm.LInfinity, epsilon)),
        new("DeepFool", 3, false, epsilon => new DeepFool(Norm.L2, epsilon)),
        new("DeepFool L∞", 1, false, epsilon => new DeepFool(Norm.LInfinity, epsilon)),
        new("DDN", 3, false, epsilon => new DecoupledDirectionAndNorm(Norm.L2, epsilon)),
        new("FMN", 3, false, epsilon => new FastMinimumNorm(Norm.L2, epsilon) { Steps = 50 }),
        new("FMN L∞", 1, false, epsilon => new FastMinimumNorm(Norm.LInfinity, epsilon) { Steps = 50 }),
        new("FMN L1", 20, false, epsilon => new FastMinimumNorm(Norm.L1, epsilon) { Steps = 50 }),
        new("FMN L0", 40, false, epsilon => new FastMinimumNorm(Norm.L0, epsilon) { Steps = 50 }),
        new("σ-zero", 40, false, epsilon => new SigmaZero(Norm.L0, epsilon) { Steps = 50 }),
        new("C&W L2", 3, false, epsilon => new CarliniWagnerL2(Norm.L2, epsilon) { Iterations = 40, LearningRate = 0.1 }),
        new("C&W L2 on probabilities", 2, false, epsilon => new CarliniWagnerL2(Norm.L2, epsilon)
        {
            Iterations = 20, LearningRate = 0.2, BinarySearchSteps = 6, InitialConstant = 0.1, AbortEarly = false,
            Objective = CarliniWagnerObjective.F3, Confidence = 0.01,
        }),
        new("C&W L∞", 0.5, false, epsilon => new CarliniWagnerLInfinity(Norm.LInfinity, epsilon)
        {
            Iterations = 30, LearningRate = 0.1, InitialConstant = 0.01, Decay = 0.8,
        }),
        new("C&W L0", 40, false, epsilon => new CarliniWagnerL0(Norm.L0, epsilon)
        {
            Iterations = 30, LearningRate = 0.2, InitialConstant = 0.1, LargestConstant = 100,
        }),
        new("EAD", 6, false, epsilon => new ElasticNetAttack(Norm.L1, epsilon) { Iterations = 40 }),
        new("EAD by L1", 5, false, epsilon => new ElasticNetAttack(Norm.L1, epsilon)
        {
            Iterations = 30, LearningRate = 0.02, Beta = 0.01, DecisionRule = DecisionRule.L1,
        }),
        new("FAB", 0.2, false, epsilon => new FastAdaptiveBoundary(Norm.LInfinity, epsilon) { Steps = 20 }),
        // On this small network no other start finds anything smaller.
        new("FAB L2 with restarts", 1, false, epsilon => new FastAdaptiveBoundary(Norm.L2, epsilon) { Steps = 10, Restarts = 3 }),
        new("FAB L1", 6, false, epsilon => new FastAdaptiveBoundary(Norm.L1, epsilon) { Steps = 20, BackwardStep = 0.8, LargestBias = 0.2 }),
        new("FAB-T", 0.2, false, epsilon => new TargetedFastAdaptiveBoundary(Norm.LInfinity, epsilon) { Steps = 20 }),
        new("FAB-T L2", 1, false, epsilon =>
            new TargetedFastAdaptiveBoundary(Norm.L2, epsilon) { Steps = 20, TargetClasses = 2, Extrapolation = 1.2 }),
        new("FAB-T L1 with restarts", 6, false, epsilon => new TargetedFastAdaptiveBoundary(Norm.L1, epsilon) { Steps = 10, Restarts = 2 }),
        new("FAB leaving early", 0.2, false, epsilon => new FastAdaptiveBoundary(Norm.LInfinity, epsilon) { Steps = 20, StopAtSuccess = true }),
        new("MI-FGSM L2", 0.8, false, epsilon => new MomentumIterativeMethod(Norm.L2, epsilon) { Decay = 0.5 }),
        new("NI-FGSM", 0.1, false, epsilon => new NesterovIterativeMethod(Norm.LInfinity, epsilon)),
        new("NI-FGSM L2", 0.8, false, epsilon => new NesterovIterativeMethod(Norm.L2, epsilon) { StepSchedule = StepSchedule.Cosine }),
        new("DI-FGSM", 0.1, true, epsilon => new DiverseInputMethod(Norm.LInfinity, epsilon) { SmallestSize = 0.5, GradientSamples = 2 }),
        new("M-DI-FGSM leaving early", 0.1, true, epsilon =>
            new DiverseInputMethod(Norm.LInfinity, epsilon) { Decay = 1, Probability = 1, SmallestSize = 0.5, LeaveEarly = true }),
        new("PGD leaving early", 0.1, true, epsilon =>
            new ProjectedGradientDescent(Norm.LInfinity, epsilon) { LeaveEarly = true, Restarts = 2, StepSchedule = StepSchedule.Cosine }),
        new("BIM leaving early", 0.1, false, epsilon => new BasicIterativeMethod(Norm.LInfinity, epsilon) { LeaveEarly = true }),
        new("Logit ascent", 0.1, false, epsilon => new LogitAscent(Norm.LInfinity, epsilon) { Steps = 10 }),
        new("Feature attack", 0.1, true, epsilon => new FeatureAttack(Norm.LInfinity, epsilon) { Steps = 10, Guides = 3 }),
        new("Feature attack L2", 0.5, true, epsilon => new FeatureAttack(Norm.L2, epsilon) { Steps = 5, Repulsion = 1 }),
        new("JSMA", 8, false, epsilon => new JacobianSaliencyMapAttack(Norm.L0, epsilon)),
        new("JSMA on logits", 10, false, epsilon =>
            new JacobianSaliencyMapAttack(Norm.L0, epsilon) { Source = SaliencySource.Logits, Theta = -0.5, BothDirections = true }),
        new("APGD", 0.1, true, epsilon => new AutoProjectedGradientDescent(Norm.LInfinity, epsilon) { Iterations = 20 }),
        new("APGD L2", 0.8, true, epsilon => new AutoProjectedGradientDescent(Norm.L2, epsilon) { Iterations = 20 }),
        new("APGD L1", 2, true, epsilon => new AutoProjectedGradientDescent(Norm.L1, epsilon) { Iterations = 20 }),
        new("APGD L1, larger budgets first", 2, true, epsilon =>
            new AutoProjectedGradientDescent(Norm.L1, epsilon) { Iterations = 20, LargerBudgetsFirst = true }),
        new("APGD on the DLR", 0.02, true, epsilon => new AutoProjectedGradientDescent(Norm.LInfinity, epsilon)
        {
            Iterations = 10, Restarts = 3, ExpectationSamples = 2, Objective = AttackObjective.DifferenceOfLogitsRatio,
        }),
        new("APGD-T", 0.02, true, epsilon => new TargetedAutoProjectedGradientDescent(Norm.LInfinity, epsilon) { Iterations = 10 }),
        new("APGD-T L1", 2, true, epsilon =>
            new TargetedAutoProjectedGradientDescent(Norm.L1, epsilon) { Iterations = 10, TargetClasses = 2, StopAtSuccess = true }),
        new("Square", 0.1, true, epsilon => new SquareAttack(Norm.LInfinity, epsilon) { Queries = 30, Restarts = 2 }),
        new("Square L2", 0.8, true, epsilon => new SquareAttack(Norm.L2, epsilon) { Queries = 30 }),
        new("Square L1", 2, true, epsilon => new SquareAttack(Norm.L1, epsilon) { Queries = 30, RescaleSchedule = false }),
        new("HopSkipJump", 2, true, epsilon => new HopSkipJumpAttack(Norm.L2, epsilon) { Queries = 300, InitialDirections = 30 }),
        new("HopSkipJump L∞", 0.5, true, epsilon =>
            new HopSkipJumpAttack(Norm.LInfinity, epsilon) { Queries = 300, InitialDirections = 30 }),
        new("Boundary", 2, true, epsilon => new BoundaryAttack(Norm.L2, epsilon) { Queries = 200 }),
        new("Pointwise", 40, true, epsilon => new PointwiseAttack(Norm.L0, epsilon) { Queries = 200, Restarts = 2 }),
        new("Sign-OPT", 2, true, epsilon => new SignOptAttack(Norm.L2, epsilon) { Queries = 300, StartDirections = 20, Directions = 40 }),
        new("Sign-OPT L∞", 0.5, true, epsilon =>
            new SignOptAttack(Norm.LInfinity, epsilon) { Queries = 300, StartDirections = 20, Directions = 40 }),
        new("GeoDA", 2, true, epsilon => new GeometricDecisionAttack(Norm.L2, epsilon) { Queries = 300, Iterations = 4 }),
        new("GeoDA L∞", 0.5, true, epsilon => new GeometricDecisionAttack(Norm.LInfinity, epsilon) { Queries = 300, Iterations = 4 }),
        new("NES", 0.1, true, epsilon => new NaturalEvolutionStrategies(Norm.LInfinity, epsilon)
        {
            Queries = 120, QueriesPerEstimate = 10, PlateauLength = 2,
        }),
        new("NES L2 on the margin", 0.8, true, epsilon => new NaturalEvolutionStrategies(Norm.L2, epsilon)
        {
            Queries = 120, QueriesPerEstimate = 20, Objective = AttackObjective.LogitMargin, StepSize = 0.3, Momentum = 0.5,
        }),
        new("SPSA", 0.1, true, epsilon =>
            new SimultaneousPerturbationStochasticApproximation(Norm.LInfinity, epsilon) { Queries = 120, QueriesPerEstimate = 20 }),
        new("SPSA L2", 0.8, true, epsilon => new SimultaneousPerturbationStochasticApproximation(Norm.L2, epsilon)
        {
            Queries = 120, QueriesPerEstimate = 20, SamplingRadius = 0.02,
        }),
        new("SimBA", 0.8, true, epsilon => new SimpleBlackBoxAttack(Norm.L2, epsilon) { Queries = 120, StepSize = 0.2 }),
        new("SimBA L∞", 0.1, true, epsilon => new SimpleBlackBoxAttack(Norm.LInfinity, epsilon) { Queries = 120 }),
        new("SimBA with cosines", 0.8, true, epsilon =>
            new SimpleBlackBoxAttack(Norm.L2, epsilon) { Queries = 120, Basis = SearchBasis.DiscreteCosine, FrequencyShare = 0.7 }),
        new("SimBA L∞ with cosines", 0.1, true, epsilon =>
            new SimpleBlackBoxAttack(Norm.LInfinity, epsilon) { Queries = 120, Basis = SearchBasis.DiscreteCosine, FrequencyShare = 1 }),
        new("One pixel", 3, true, epsilon => new OnePixelAttack(Norm.L0, epsilon) { Queries = 200, PopulationSize = 20 }),
        new("One feature", 2, true, epsilon => new OnePixelAttack(Norm.L0, epsilon) { Queries = 200, PopulationSize = 20 }),
        new("ZOO", 3, true, epsilon => new ZerothOrderOptimization(Norm.L2, epsilon)
        {
            Queries = 600, BinarySearchSteps = 3, FeaturesPerStep = 15, LearningRate = 0.2, InitialConstant = 1,
        }),
        new("AutoAttack", 0.3, true, epsilon => AutoAttack.Standard(Norm.LInfinity, epsilon)),
        new("AutoAttack rand", 2, true, epsilon => AutoAttack.Rand(Norm.L2, epsilon)),
    ];

    /// <summary>Those that read trees, which networks have not.</summary>
    public static readonly IReadOnlyList<AttackCase> OnTrees =
    [
        new("Leaf tuples", 0.4, true, epsilon => new LeafTupleAttack(Norm.LInfinity, epsilon)),
        new("Leaf tuples L2", 0.8, false, epsilon => new LeafTupleAttack(Norm.L2, epsilon)),
        new("Leaf tuples L1 of one start", 1.5, true, epsilon => new LeafTupleAttack(Norm.L1, epsilon) { Starts = 1 }),
        new("Leaf tuples L0", 4, false, epsilon => new LeafTupleAttack(Norm.L0, epsilon)),
        new("Minimal tree evasion", 0.4, false, epsilon => new MinimalTreeEvasion(Norm.LInfinity, epsilon)),
        new("Minimal tree evasion L2", 0.8, false, epsilon => new MinimalTreeEvasion(Norm.L2, epsilon) { NodeBudget = 100 }),
        new("Minimal tree evasion L0", 4, false, epsilon => new MinimalTreeEvasion(Norm.L0, epsilon)),
        new("Minimal tree evasion L3", 0.8, false, epsilon => new MinimalTreeEvasion(Norm.Lp(3), epsilon)),
    ];

    public static IEnumerable<AttackCase> Everything => [.. All, .. OnTrees];

    public static IEnumerable<object[]> Rows => All.Select(one => new object[] { one });
}
