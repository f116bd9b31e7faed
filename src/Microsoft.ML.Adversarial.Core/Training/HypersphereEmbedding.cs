using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Layers;
using Microsoft.ML.Adversarial.Settings;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training;

/// <summary>
/// Hypersphere embedding (Pang et al. 2020, arXiv:2002.08619): the last layer gives s·cos θ, the features and the weights having length 1.
/// In training the label's cosine is lowered by a margin m, so that the loss asks for more; crafting and testing know no margin.
/// </summary>
public sealed record HypersphereEmbedding
{
    private readonly double _scale = 15;
    private readonly double _margin = 0.2;

    /// <summary>s, above 0. The paper takes 15 with adversarial training and TRADES, 20 with ALP. Default 15.</summary>
    public double Scale
    {
        get => _scale;
        init => _scale = SettingRange.Require(value, value is > 0 and < double.PositiveInfinity, "> 0 and finite", nameof(Scale));
    }

    /// <summary>m, in [0, 2), in units of the cosine. The paper takes 0.2, with ALP 0.3. Default 0.2.</summary>
    public double Margin
    {
        get => _margin;
        init => _margin = SettingRange.Require(value, value is >= 0 and < 2, "in [0, 2)", nameof(Margin));
    }

    /// <summary>The logits of the training loss: s·(cos θ − m) for the label, s·cos θ for the other classes.</summary>
    /// <param name="logits">s·cos θ, shape [N, classes].</param>
    /// <param name="labels">Shape [N], Int64.</param>
    public Tensor WithMargin(Tensor logits, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(labels);
        using var scope = NewDisposeScope();
        var index = labels.unsqueeze(1);
        var margin = zeros_like(logits, requires_grad: false).scatter_(1, index, full_like(index, Scale * Margin, logits.dtype));
        return (logits - margin).MoveToOuterDisposeScope();
    }

    /// <summary>Throws unless a network ends in the layer that this embedding needs.</summary>
    internal void Require(NetworkDefinition definition)
    {
        if (definition.Layers[^1] is not HypersphereLayer layer || layer.Scale != Scale)
        {
            throw new ArgumentException(
                FormattableString.Invariant($"Expected a network whose last layer is a Hypersphere of scale {Scale}, got {definition.Layers[^1]}. Make it with NetworkDefinition.WithHypersphereEmbedding({Scale})."));
        }
    }
}
