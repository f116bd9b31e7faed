using Microsoft.ML.Adversarial.Fisher;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.InformationGeometry;

/// <summary>
/// How the logits z of a batch move when the parameters move along a direction Δ they all share: u = JΔ. There is no forward mode, so it is
/// taken by differentiating twice: g(w) = Jᵀw is linear in the cotangent w, and the gradient of ⟨g(w), Δ⟩ in w is JΔ.
/// </summary>
internal sealed class LogitTangent
{
    private readonly IReadOnlyList<Tensor> _parameters;
    private readonly Tensor _logits;
    private readonly Tensor _probabilities;
    private readonly Tensor _centred;

    private LogitTangent(IReadOnlyList<Tensor> parameters, Tensor logits, Tensor tangent)
    {
        _parameters = parameters;
        _logits = logits;
        using var noGrad = no_grad();
        var exact = logits.detach().to(ScalarType.Float64);
        _probabilities = exact.softmax(1);

        // Against the predicted class first: on a saturated row all of u but its differences to that class is noise.
        var differences = tangent.to(ScalarType.Float64);
        differences = differences - differences.gather(1, exact.argmax(1, keepdim: true));
        _centred = differences - (_probabilities * differences).sum(1, keepdim: true);
    }

    /// <summary>The tangent at one batch.</summary>
    public static LogitTangent Along(ShiftableNetwork network, Tensor rows, IReadOnlyList<Tensor> direction)
    {
        var logits = network.Logits(network.Take(rows));
        if (network.Parameters.Count == 0)
        {
            return new(network.Parameters, logits, zeros_like(logits));
        }

        RecordedPass.RequireGraph(logits);
        var cotangent = zeros_like(logits).requires_grad_();
        var gradients = autograd.grad(
            [logits], [.. network.Parameters], [cotangent], retain_graph: true, create_graph: true, allow_unused: true);
        var product = cotangent.sum() * 0;
        foreach (var (gradient, change) in gradients.Zip(direction).Where(pair => !pair.First.IsInvalid))
        {
            product = product + (gradient * change).sum();
        }

        // Unlike autograd.grad this throws, and does not end the process, for an operation that cannot be differentiated twice.
        autograd.backward([product], null, retain_graph: true, inputs: [cotangent]);
        return new(network.Parameters, logits, cotangent.grad!);
    }

    /// <summary>uᵀ(diag p − ppᵀ)u per row, as a variance, which does not cancel.</summary>
    public Tensor Variance()
    {
        using var noGrad = no_grad();
        return (_probabilities * _centred.square()).sum(1);
    }

    /// <summary>Adds Σ_rows Jᵀ(diag p − ppᵀ)u to float64 sums, one per parameter.</summary>
    public void AddFisherProduct(IReadOnlyList<Tensor> sums)
    {
        if (_parameters.Count == 0)
        {
            return;
        }

        var products = autograd.grad(
            [_logits], [.. _parameters], [(_probabilities * _centred).to(_logits.dtype)], allow_unused: true);
        using var noGrad = no_grad();
        foreach (var (sum, product) in sums.Zip(products).Where(pair => !pair.Second.IsInvalid))
        {
            sum.add_(product);
        }
    }
}
