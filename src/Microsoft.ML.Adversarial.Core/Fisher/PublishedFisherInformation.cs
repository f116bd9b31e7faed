using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>
/// The quantities of the code published with Martin &amp; Elster (2019, arXiv:1909.05527) as that code computes them: those of
/// <see cref="PerTensorFisherInformation"/> by central differences, with a step along the unnormalised v_t. On networks with kinks (ReLU, max
/// pooling) they are not the derivatives: on networks for MNIST the forms are off by up to 9 %, the sensitivities by a fifth to a third on half
/// of the rows and by many times their size on some. For reproducing published figures only.
/// </summary>
public sealed class PublishedFisherInformation
{
    private readonly NetworkClassifier _classifier;

    /// <summary>The quantities of one network.</summary>
    /// <param name="classifier">The network; the caller keeps owning it. All its layers need rules, as those of this library have.</param>
    /// <param name="step">ε of the differences, above 0. The published default is 1e-3.</param>
    public PublishedFisherInformation(NetworkClassifier classifier, double step = 1e-3)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        if (!(step > 0 && double.IsFinite(step)))
        {
            throw new ArgumentOutOfRangeException(nameof(step), step, $"Expected a step above 0, such as 1e-3, got {step}.");
        }

        _classifier = classifier;
        Step = step;
    }

    /// <summary>ε of the central differences.</summary>
    public double Step { get; }

    /// <summary>Σ_t Σ_j Δ_t log p_j · Δ_t p_j, Δ_t f = (f(θ + εv_t) − f(θ − εv_t)) / 2ε.</summary>
    /// <param name="inputs">Shape [N, …], as the classifier takes them.</param>
    /// <returns>Shape [N], in the classifier's element type; the caller disposes it.</returns>
    /// <exception cref="InvalidOperationException">A layer has no rule.</exception>
    public Tensor QuadraticForm(Tensor inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        using var scope = NewDisposeScope();
        var sums = new double[inputs.shape[0]];
        RowChunks.Run(_classifier, inputs, 4, (start, rows) =>
        {
            foreach (var move in Moves(rows))
            {
                using var part = NewDisposeScope();
                using var noGrad = no_grad();
                var (plus, minus) = (Moved(move, rows, Step).log_softmax(1), Moved(move, rows, -Step).log_softmax(1));
                var form = DoubleArray.Of(((plus - minus) * (plus.exp() - minus.exp())).sum(1));
                for (var row = 0; row < form.Length; row++)
                {
                    sums[start + row] += form[row] / (4 * Step * Step);
                }
            }
        });
        return tensor(sums, dtype: _classifier.ElementType, device: _classifier.Device).MoveToOuterDisposeScope();
    }

    /// <summary>Per input component, Σ_t Σ_{P ∈ {p_ŷ, 1 − p_ŷ}} Δ_t ∂_x log P · Δ_t ∂_x P.</summary>
    /// <param name="inputs">Shape [N, …], as the classifier takes them.</param>
    /// <returns>Shape [N, …], in the classifier's element type; the caller disposes it.</returns>
    /// <exception cref="InvalidOperationException">A layer has no rule.</exception>
    public Tensor Sensitivity(Tensor inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return RowChunks.Map(_classifier, inputs, 8, rows =>
        {
            var sum = zeros_like(rows, dtype: _classifier.ElementType);
            using var logits = _classifier.Logits(rows);
            var predicted = logits.detach().argmax(1, keepdim: true);
            foreach (var move in Moves(rows))
            {
                using var part = NewDisposeScope();
                var (plus, minus) = (Slopes(move, rows, predicted, Step), Slopes(move, rows, predicted, -Step));
                for (var side = 0; side < 4; side += 2)
                {
                    sum.add_((plus[side] - minus[side]) * (plus[side + 1] - minus[side + 1]) / (4 * Step * Step));
                }
            }

            return sum;
        });
    }

    // One parameter tensor at a time, as what its move adds to its layer's output: layers are linear in each of their parameter tensors.
    private List<(nn.Module Layer, Func<Tensor, Tensor> Tangent)> Moves(Tensor rows)
    {
        var pass = RecordedPass.TryRun(_classifier, rows) ?? throw TensorTangents.MissingRule(_classifier);
        if (pass.Recording.Uses.Count == 0)
        {
            return [];
        }

        var frame = DifferenceFrame.Of(pass.Logits);
        var (cotangents, scales) = ClassDirection.Of(frame, pass.Logits, frame.Predicted);
        var direction = cotangents * tensor(scales, [frame.Rows, 1], dtype: cotangents.dtype, device: cotangents.device);
        var gradients = pass.Backward(direction.unsqueeze(0));
        using var noGrad = no_grad();
        return [.. pass.Recording.Uses.Zip(gradients).SelectMany(pair =>
            pair.First.Tangents(pair.Second.select(1, 0).contiguous()).Select(tangent => (pair.First.Layer, tangent)))];
    }

    private Tensor Moved((nn.Module Layer, Func<Tensor, Tensor> Tangent) move, Tensor rows, double step) =>
        _classifier.Taps.Run(_classifier.Logits, rows, (layer, _, input, output) =>
            ReferenceEquals(layer, move.Layer) ? output + (move.Tangent(input) * step) : null);

    // ∂_x of log p_ŷ, p_ŷ, log(1 − p_ŷ) and 1 − p_ŷ.
    private Tensor[] Slopes((nn.Module Layer, Func<Tensor, Tensor> Tangent) move, Tensor rows, Tensor predicted, double step)
    {
        using var grad = enable_grad();
        var leaf = RecordedPass.Leaf(rows);
        var all = Moved(move, leaf, step).log_softmax(1);
        var one = all.gather(1, predicted);
        var rest = all.scatter(1, predicted, full_like(predicted, float.NegativeInfinity, dtype: all.dtype)).logsumexp(1, keepdim: true);
        return [.. new[] { one, one.exp(), rest, rest.exp() }.Select(value =>
            autograd.grad([value], [leaf], [ones_like(value)], retain_graph: true)[0])];
    }
}
