using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher.LayerRules;

/// <summary>The layers whose part of the Fisher information is computed without per-row parameter gradients.</summary>
internal static class LayerRuleTable
{
    private static readonly Func<nn.Module, ILayerRule?>[] Rules =
    [
        LinearRule.For,
        ConvolutionRule.For,
        BatchNormRule.For,
        LayerNormRule.For,
        GroupNormRule.For,
        EmbeddingRule.For,
    ];

    /// <summary>The rule that is exact for a module with its settings, or null.</summary>
    public static ILayerRule? Find(nn.Module module) => Rules.Select(rule => rule(module)).FirstOrDefault(rule => rule is not null);
}
