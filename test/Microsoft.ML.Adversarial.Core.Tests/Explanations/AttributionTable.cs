namespace Microsoft.ML.Adversarial.Explanations;

/// <summary>Every attribution, for the contract that all keep.</summary>
internal static class AttributionTable
{
    public static IReadOnlyList<GradientAttribution> All { get; } =
    [
        new InputGradient(),
        new GradientTimesInput(),
        new IntegratedGradients { Steps = 7, MaximumSteps = 28, Baseline = 0.25 },
        new SmoothGrad { Samples = 5, Noise = 0.1 },
    ];

    public static IReadOnlyList<string> Outputs { get; } = ["predicted", "runner-up", "label", "loss", "class:2"];
}
