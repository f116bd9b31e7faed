using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.PerformanceTests.Ratios;

/// <summary>The trace as the code published with arXiv:1909.05527 computes it: one row, and two backward passes per class and parameter tensor.</summary>
internal static class PublishedTrace
{
    public static double OfRow(nn.Module<Tensor, Tensor> module, Tensor row)
    {
        using var scope = NewDisposeScope();
        var logProbabilities = module.call(row).log_softmax(1);
        var probabilities = logProbabilities.exp();
        var trace = 0.0;
        foreach (var parameter in module.parameters())
        {
            for (var label = 0L; label < logProbabilities.shape[1]; label++)
            {
                using var part = NewDisposeScope();
                var ofLog = autograd.grad([logProbabilities[0, label]], [parameter], retain_graph: true)[0];
                var ofProbability = autograd.grad([probabilities[0, label]], [parameter], retain_graph: true)[0];
                trace += (ofLog * ofProbability).sum().item<float>();
            }
        }

        return trace;
    }
}
