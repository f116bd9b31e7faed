using System.Runtime.InteropServices;
using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>
/// Row by row, the Gram matrix K′ = J′J′ᵀ of the parameter gradients of logit differences to the predicted class, with the probabilities q
/// of the other classes in descending order. Every Fisher-information score of a prediction can be read off it. In this frame nothing
/// cancels on saturated rows, where the textbook tr((diag p − ppᵀ)K) loses all digits in float32.
/// </summary>
internal static class LogitGram
{
    // Gradients of many classes on feature maps: chunks of rows that stay in the processor's cache are fastest.
    private const long ConvolutionRows = 32;
    private const long LinearRows = 512;

    // The cotangents of one chunk, 128 MB in float32, whatever the number of classes and the size of images.
    private const long CotangentElements = 1 << 25;

    /// <summary>Calls back for each chunk of rows, in order.</summary>
    /// <param name="classifier">The network.</param>
    /// <param name="inputs">Shape [N, …].</param>
    /// <param name="read">Gets K′ [n, C−1, C−1] and q [n, C−1], both float64; what it returns, shape [n, …], is concatenated.</param>
    public static Tensor Map(NetworkClassifier classifier, Tensor inputs, Func<Tensor, Tensor, Tensor> read)
    {
        // The caller may score under inference mode, where no gradient exists; leaving it turns grad mode on.
        using var mode = inference_mode(false);
        using var scope = NewDisposeScope();
        var chunk = RowsPerChunk(classifier, inputs);
        var parts = new List<Tensor>();
        for (var start = 0L; start < inputs.shape[0]; start += chunk)
        {
            using var part = NewDisposeScope();
            var rows = inputs.narrow(0, start, Math.Min(chunk, inputs.shape[0] - start)).detach();
            var (gram, others) = Compute(classifier, rows);
            using var noGrad = no_grad();
            parts.Add(read(gram, others).MoveToOuterDisposeScope());
        }

        return (parts.Count == 1 ? parts[0] : cat(parts, 0)).MoveToOuterDisposeScope();
    }

    private static long RowsPerChunk(NetworkClassifier classifier, Tensor inputs)
    {
        var perRow = classifier.Taps.OutputElements(classifier.Logits, inputs) * (classifier.ClassCount - 1);
        return Math.Clamp(CotangentElements / Math.Max(perRow, 1), 1, classifier.Taps.HasConvolutions ? ConvolutionRows : LinearRows);
    }

    private static (Tensor Gram, Tensor Others) Compute(NetworkClassifier classifier, Tensor rows)
    {
        if (classifier.Taps.Uncovered is not null)
        {
            return PerRowGram.Compute(classifier, rows);
        }

        using var grad = enable_grad();
        var leaf = Leaf(rows);
        var (logits, recording) = classifier.Taps.Run(classifier.Logits, leaf);
        if (!recording.IsComplete(rows.shape[0]))
        {
            return PerRowGram.Compute(classifier, rows);
        }

        var (order, others) = DifferenceFrame.Of(logits);
        if (recording.Uses.Count == 0)
        {
            return (zeros([rows.shape[0], logits.shape[1] - 1, logits.shape[1] - 1], ScalarType.Float64, logits.device), others);
        }

        RequireGraph(logits);
        var uses = recording.Uses;
        var outputs = uses.Select(use => use.Output).ToArray();
        var classes = logits.shape[1];
        var cotangents = uses.Select(_ => new List<Tensor>()).ToArray();
        var differences = DifferenceFrame.Cotangents(order, logits);
        for (var other = 0L; other < classes - 1; other++)
        {
            var gradients = autograd.grad(
                [logits], outputs, [differences.select(0, other)], retain_graph: other < classes - 2, allow_unused: true);
            for (var use = 0; use < uses.Count; use++)
            {
                cotangents[use].Add(gradients[use].IsInvalid ? zeros_like(outputs[use]) : gradients[use]);
            }
        }

        using var noGrad = no_grad();
        var gram = zeros([rows.shape[0], classes - 1, classes - 1], logits.dtype, logits.device);
        for (var use = 0; use < uses.Count; use++)
        {
            using var layer = NewDisposeScope();
            gram.add_(uses[use].Gram(stack(cotangents[use], 1)));
        }

        return (gram.to(ScalarType.Float64), others);
    }

    // Parameters may be frozen: the inputs then are what puts the layers' outputs into a graph. Rows from inference mode cannot take part and
    // are copied; that they are cannot be asked, only tried.
    private static Tensor Leaf(Tensor rows)
    {
        try
        {
            return rows.requires_grad_();
        }
        catch (ExternalException)
        {
            return rows.clone().requires_grad_();
        }
    }

    /// <summary>Throws for logits without a graph, on which <c>autograd.grad</c> would end the process.</summary>
    public static void RequireGraph(Tensor logits)
    {
        if (!logits.requires_grad)
        {
            throw new InvalidOperationException(
                "The logits do not depend on the parameters: expected a graph, got none. Check that the network's forward pass does not "
                    + "detach or run under no_grad.");
        }
    }
}
