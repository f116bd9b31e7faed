using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>Cuts a batch into chunks whose gradients of many classes fit in memory, and in the processor's cache where that pays.</summary>
internal static class RowChunks
{
    // Gradients of many classes on feature maps: chunks of rows that stay in the processor's cache are fastest.
    private const long ConvolutionRows = 32;
    private const long LinearRows = 512;

    // The cotangents of one chunk, 128 MB in float32, whatever the number of classes and the size of images.
    private const long CotangentElements = 1 << 25;

    /// <summary>Calls back for each chunk, in order, outside of inference mode, within a dispose scope.</summary>
    /// <param name="classifier">The network.</param>
    /// <param name="inputs">Shape [N, …].</param>
    /// <param name="cotangents">How many cotangents of every layer are held at once.</param>
    /// <param name="each">Gets where the chunk starts and its rows.</param>
    public static void Run(NetworkClassifier classifier, Tensor inputs, int cotangents, Action<int, Tensor> each)
    {
        // The caller may score under inference mode, where no gradient exists; leaving it turns grad mode on.
        using var mode = inference_mode(false);
        using var scope = NewDisposeScope();
        var rows = inputs.shape[0];
        if (rows == 0)
        {
            return;
        }

        var perRow = ElementsPerRow(classifier, inputs) * cotangents;
        var chunk = Math.Clamp(CotangentElements / Math.Max(perRow, 1), 1, classifier.Taps.HasConvolutions ? ConvolutionRows : LinearRows);
        for (var start = 0L; start < rows; start += chunk)
        {
            var count = Math.Min(chunk, rows - start);
            using (NewDisposeScope())
            {
                each((int)start, inputs.narrow(0, start, count).detach());
            }

            UncollectedRemains.Passed(count * perRow * inputs.element_size());
        }
    }

    /// <summary>Concatenates what is computed of each chunk: a tensor of the rows' shape, in the classifier's element type.</summary>
    public static Tensor Map(NetworkClassifier classifier, Tensor inputs, int cotangents, Func<Tensor, Tensor> compute)
    {
        // What is made in inference mode could not be written to outside of it.
        using var mode = inference_mode(false);
        using var scope = NewDisposeScope();
        var results = empty(inputs.shape, classifier.ElementType, classifier.Device);
        Run(classifier, inputs, cotangents, (start, rows) => results.narrow(0, start, rows.shape[0]).copy_(compute(rows)));
        return results.MoveToOuterDisposeScope();
    }

    private static long ElementsPerRow(NetworkClassifier classifier, Tensor inputs) =>
        classifier.Taps.OutputElements(classifier.RecordedLogits, inputs) + (inputs.numel() / inputs.shape[0]);
}
