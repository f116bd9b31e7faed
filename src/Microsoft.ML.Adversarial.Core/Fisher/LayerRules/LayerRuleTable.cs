using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher.LayerRules;

/// <summary>The layers whose part of the Fisher information is computed without per-row parameter gradients.</summary>
internal static class LayerRuleTable
{
    private static readonly ILayerRule[] Rules =
    [
        new LinearRule(),
        new Conv2dRule(),
        new BatchNormRule(),
    ];

    /// <summary>The rule for a module, or null.</summary>
    public static ILayerRule? Find(nn.Module module) => Rules.FirstOrDefault(rule => rule.Covers(module));
}
