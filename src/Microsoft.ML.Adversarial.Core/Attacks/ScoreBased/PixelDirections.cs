using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.ScoreBased;

/// <summary>One feature each, of those that may change.</summary>
/// <param name="features">Their places, shape [count], Int64.</param>
internal sealed class PixelDirections(Tensor features) : SearchDirections
{
    public override int Count => (int)features.shape[0];

    public override Tensor Of(Tensor indices, Tensor like)
    {
        var places = features.index_select(0, indices).unsqueeze(1);
        return zeros_like(like.flatten(1)).scatter_(1, places, ones_like(places).to(like.dtype)).reshape(like.shape);
    }
}
