using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>
/// The block-diagonal quantities of the code published with Martin &amp; Elster (2019, arXiv:1909.05527), with exact derivatives: one parameter
/// tensor moves at a time, so that the form is Σ_t v_tᵀF_tt v_t, without what the tensors do together; and the sensitivity merges the classes
/// into {predicted, all others}. v = ∇_θ log p of the predicted class. For comparison with published figures; <see cref="FisherInformation"/>
/// gives the definitions themselves.
/// </summary>
public sealed class PerTensorFisherInformation
{
    private readonly NetworkClassifier _classifier;

    /// <summary>The quantities of one network.</summary>
    /// <param name="classifier">The network; the caller keeps owning it. All its layers need rules, as those of this library have.</param>
    public PerTensorFisherInformation(NetworkClassifier classifier)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        _classifier = classifier;
    }

    /// <summary>Σ_t v_tᵀF_tt v_t.</summary>
    /// <param name="inputs">Shape [N, …], as the classifier takes them.</param>
    /// <returns>Shape [N], in the classifier's element type; the caller disposes it.</returns>
    /// <exception cref="InvalidOperationException">A layer has no rule.</exception>
    public Tensor QuadraticForm(Tensor inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        using var scope = NewDisposeScope();
        var forms = new double[inputs.shape[0]];
        RowChunks.Run(_classifier, inputs, 4, (start, rows) =>
            TensorTangents.Run(_classifier, rows, differentiable: false, pass =>
            {
                var blocks = pass.Forms();
                for (var row = 0; row < blocks.Length; row++)
                {
                    forms[start + row] += blocks[row].Value;
                }
            }));
        return tensor(forms, dtype: _classifier.ElementType, device: _classifier.Device).MoveToOuterDisposeScope();
    }

    /// <summary>Per input component, Σ_t Σ_{P ∈ {p_ŷ, 1 − p_ŷ}} ∂_x(D_t log P) · ∂_x(D_t P), D_t the derivative along v_t.</summary>
    /// <param name="inputs">Shape [N, …], as the classifier takes them.</param>
    /// <returns>Shape [N, …], in the classifier's element type; the caller disposes it.</returns>
    /// <exception cref="InvalidOperationException">A layer has no rule.</exception>
    public Tensor Sensitivity(Tensor inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return RowChunks.Map(_classifier, inputs, 8, rows =>
        {
            var sum = zeros_like(rows, dtype: _classifier.ElementType);
            TensorTangents.Run(_classifier, rows, differentiable: true, pass => sum.add_(BlockSensitivity(pass)));
            return sum;
        });
    }

    // In r = log((1 − p_ŷ) / p_ŷ) both terms add up to ∂_x(D_t r) · ∂_x(p_ŷ(1 − p_ŷ) D_t r), in which nothing cancels on saturated rows.
    private static Tensor BlockSensitivity(TangentPass pass)
    {
        using var scope = NewDisposeScope();
        using var grad = enable_grad();
        var predicted = tensor(Enumerable.Range(0, pass.Frame.Rows).Select(row => (long)pass.Frame.Predicted(row)).ToArray())
            .unsqueeze(1).to(pass.Logits.device);
        var rest = pass.Logits.scatter(1, predicted, full_like(predicted, float.NegativeInfinity, dtype: pass.Logits.dtype));
        var odds = rest.logsumexp(1, keepdim: true) - pass.Logits.gather(1, predicted);
        var gradient = autograd.grad([odds.sum()], pass.Targets, retain_graph: true, create_graph: true)[0];
        var derivative = (gradient * pass.Moves[0]).flatten(1).sum(1, keepdim: true);
        Tensor Slope(Tensor value) => autograd.grad([value.sum()], [pass.Inputs], retain_graph: true)[0];
        var (slope, weighted) = (Slope(derivative), Slope(odds.sigmoid() * (-odds).sigmoid() * derivative));
        using var noGrad = no_grad();
        long[] broadcast = [pass.Frame.Rows, .. Enumerable.Repeat(1L, (int)pass.Inputs.dim() - 1)];
        var factors = tensor(pass.Scales.Select(scale => scale * scale).ToArray(), broadcast, dtype: slope.dtype, device: slope.device);
        return (slope * weighted * factors).MoveToOuterDisposeScope();
    }
}
