using System.Runtime.InteropServices;
using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>A forward pass with a graph whose every layer with parameters was seen, so that layer rules give exact results.</summary>
internal sealed record RecordedPass(Tensor Inputs, Tensor Logits, LayerRecording Recording)
{
    /// <summary>Runs the network on a leaf made of the rows; null where only gradients row by row are exact.</summary>
    public static RecordedPass? TryRun(NetworkClassifier classifier, Tensor rows)
    {
        if (classifier.Taps.Uncovered is not null)
        {
            return null;
        }

        using var grad = enable_grad();
        var leaf = Leaf(rows);
        var (logits, recording) = classifier.Taps.Run(classifier.RecordedLogits, leaf);
        if (!recording.IsComplete(rows.shape[0]))
        {
            return null;
        }

        if (recording.Uses.Count > 0)
        {
            RequireGraph(logits);
        }

        return new(leaf, logits, recording);
    }

    /// <summary>Takes cotangents of the logits, [M, N, C], back to the outputs of all layers, each [N, M, …].</summary>
    public Tensor[] Backward(Tensor cotangents) => Backward(cotangents, _ => cotangent => cotangent);

    /// <summary>The same, keeping of the cotangents what <see cref="LayerUse.Gram"/> needs.</summary>
    public Tensor[] BackwardCondensed(Tensor cotangents) => Backward(cotangents, use => use.Rule.Condense(use.Input.detach()));

    private Tensor[] Backward(Tensor cotangents, Func<LayerUse, Func<Tensor, Tensor>> keep) =>
        Recording.Uses.Count == 0 ? [] : BackwardSweep.Run(Recording, Logits, cotangents, keep);

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

    // Parameters may be frozen: the inputs then are what puts the layers' outputs into a graph. Rows from inference mode cannot take part and
    // are copied; that they are cannot be asked, only tried.
    public static Tensor Leaf(Tensor rows)
    {
        try
        {
            return rows.detach().requires_grad_();
        }
        catch (ExternalException)
        {
            return rows.clone().requires_grad_();
        }
    }
}
