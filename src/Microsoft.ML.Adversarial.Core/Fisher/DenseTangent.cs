using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>
/// u = Jv through linear layers with elementwise functions in between, from the first to the last: cheaper than a second backward pass, and
/// possible where nothing else is in the network.
/// </summary>
internal static class DenseTangent
{
    /// <param name="pass">A pass whose layers are all in the tail.</param>
    /// <param name="cotangent">v is the gradient of ⟨cotangent, logits⟩; shape [N, C].</param>
    /// <returns>u, shape [N, C], and ‖v‖² per row.</returns>
    public static (Tensor Tangent, Tensor SquaredNorms) Of(RecordedPass pass, Tensor cotangent)
    {
        using var noGrad = no_grad();
        var tail = pass.Recording.Tail;
        var gradients = pass.Backward(cotangent.unsqueeze(0));
        var (tangent, norms) = Layer(tail[0], gradients[0]);
        for (var index = 1; index < tail.Count; index++)
        {
            var (move, squares) = Layer(tail[index], gradients[index]);
            var passedOn = tangent.mul_(pass.Recording.SlopesBefore(tail, index));
            tangent = move.addmm_(passedOn, ((Linear)tail[index].Layer).weight!.t());
            norms.add_(squares);
        }

        return (tangent, norms);
    }

    private static (Tensor Move, Tensor SquaredNorms) Layer(LayerUse use, Tensor gradients)
    {
        var gradient = gradients.select(1, 0);
        var move = use.Move(gradient, differentiable: false);
        return (move, (move * gradient).sum(1));
    }
}
