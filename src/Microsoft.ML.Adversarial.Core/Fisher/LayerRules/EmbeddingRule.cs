using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher.LayerRules;

/// <summary>
/// A table of vectors: the gradients of two positions meet where these hold the same index, ΣΣ_{i_t = i_s}⟨δ_t, δ_s⟩. A padding index has
/// no gradient.
/// </summary>
internal sealed class EmbeddingRule : ILayerRule
{
    private readonly long? _paddingIndex;

    private EmbeddingRule(long? paddingIndex) => _paddingIndex = paddingIndex;

    public static ILayerRule? For(nn.Module module) => module is Embedding layer ? Probe(layer) : null;

    public IReadOnlyList<Tensor> Grams(Tensor inputs, Tensor cotangents)
    {
        var deltas = cotangents.reshape(cotangents.shape[0], cotangents.shape[1], -1, cotangents.shape[^1]);
        var met = Same(inputs, inputs).to(deltas.dtype).unsqueeze(1).matmul(deltas);
        return [deltas.flatten(2).bmm(met.flatten(2).transpose(1, 2))];
    }

    public IReadOnlyList<Func<Tensor, Tensor>> Tangents(Tensor inputs, Tensor cotangent)
    {
        var deltas = cotangent.reshape(cotangent.shape[0], -1, cotangent.shape[^1]);
        return [x => Same(x, inputs).to(deltas.dtype).bmm(deltas).reshape(cotangent.shape)];
    }

    // TorchSharp's Embedding does not tell its settings: what they do to a gradient does.
    private static EmbeddingRule? Probe(Embedding layer)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode(false);
        using var grad = enable_grad();
        var weight = layer.weight!;
        var before = weight.detach().clone();
        var trains = weight.requires_grad;
        weight.requires_grad = true;
        try
        {
            var indices = arange(weight.shape[0], dtype: ScalarType.Int64, device: weight.device);
            var output = layer.forward(stack([indices, indices], 0));
            var counts = autograd.grad([output], [weight], [ones_like(output)])[0];
            if (counts.is_sparse || IsChanged(weight, before))
            {
                return null;
            }

            var perIndex = counts.to(ScalarType.Float64).mean([1]);
            var padding = perIndex.eq(0).nonzero().flatten();
            var plain = perIndex.eq(2).sum().item<long>();
            return padding.shape[0] <= 1 && plain + padding.shape[0] == weight.shape[0]
                ? new(padding.shape[0] == 1 ? padding.item<long>() : null)
                : null;
        }
        finally
        {
            weight.requires_grad = trains;

            // A table with a largest norm shortens the vectors that it looks up.
            if (IsChanged(weight, before))
            {
                using var noGrad = no_grad();
                weight.copy_(before);
            }
        }
    }

    private static bool IsChanged(Tensor weight, Tensor before) => weight.detach().ne(before).any().item<bool>();

    // [N, positions of left, positions of right]
    private Tensor Same(Tensor left, Tensor right)
    {
        var (one, other) = (left.flatten(1).unsqueeze(2), right.flatten(1).unsqueeze(1));
        var same = one.eq(other);
        return _paddingIndex is { } padding ? same.logical_and(other.ne(padding)) : same;
    }
}
