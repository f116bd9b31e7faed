using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>tr F from the leading columns of a factor of diag p − ppᵀ, one backward pass each, whatever the number of classes.</summary>
internal static class PartialTrace
{
    public static double[] Of(NetworkClassifier classifier, Tensor inputs, LeadingTrace method)
    {
        var traces = new double[inputs.shape[0]];
        var count = Math.Min(method.Classes, classifier.ClassCount - 1);
        RowChunks.Run(classifier, inputs, count + method.Probes, (start, rows) =>
        {
            var chunk = RecordedPass.TryRun(classifier, rows) is { } pass
                ? Together(pass, count, method)
                : RowByRow(classifier, rows, count, method);
            chunk.CopyTo(traces, start);
        });
        return traces;
    }

    private static double[] Together(RecordedPass pass, int count, LeadingTrace method)
    {
        var spread = ClassSpread.Of(pass.Logits);
        var cotangents = LeadingColumns.Cotangents(spread, count, LeadingColumns.Signs(method.Seed, method.Probes, pass.Logits));
        var gradients = pass.BackwardCondensed(cotangents);
        var controlled = method.Probes > 0 && pass.Recording.Tail.Count > 0;
        var tail = controlled ? ClosedFormTail.Of(pass, spread) : null;
        using var noGrad = no_grad();
        var norms = zeros([cotangents.shape[0], cotangents.shape[1]], ScalarType.Float64, cotangents.device);
        foreach (var (use, gradient) in pass.Recording.Uses.Zip(gradients).SkipLast(tail?.Layers ?? 0))
        {
            norms.add_(use.Gram(gradient).diagonal(0, 1, 2).t());
        }

        var trace = norms.sum(dim: 0);
        if (tail is not null)
        {
            trace.add_(tail.Trace).add_(Correction(norms, tail.HiddenNorms(cotangents, gradients), tail.HiddenTrace, count));
        }

        return DoubleArray.Of(trace * spread.Doubt.squeeze(1));
    }

    // A control variate: norms at the last hidden layer vary from probe to probe much as those of all layers below do, and their sum is known.
    // The factor comes from the columns, not from the probes, which keeps the estimate unbiased.
    private static Tensor Correction(Tensor norms, Tensor hiddenNorms, Tensor hiddenTrace, int count)
    {
        var factor = (norms.narrow(0, 0, count).sum(dim: 0) / hiddenNorms.narrow(0, 0, count).sum(dim: 0)).nan_to_num_(0, 0, 0);
        return (hiddenTrace - hiddenNorms.sum(dim: 0)) * factor;
    }

    private static double[] RowByRow(NetworkClassifier classifier, Tensor rows, int count, LeadingTrace method) =>
        ParameterGraph.Run(classifier, parameters =>
        {
            var traces = new double[rows.shape[0]];
            for (var row = 0; row < traces.Length; row++)
            {
                using var scope = NewDisposeScope();
                var logits = classifier.Logits(rows.narrow(0, row, 1));
                RecordedPass.RequireGraph(logits);
                var spread = ClassSpread.Of(logits);
                var cotangents = LeadingColumns.Cotangents(spread, count, LeadingColumns.Signs(method.Seed, method.Probes, logits));
                var sum = 0.0;
                for (var column = 0L; column < cotangents.shape[0]; column++)
                {
                    sum += autograd.grad([logits], parameters, [cotangents.select(0, column)], retain_graph: true, allow_unused: true)
                        .Where(gradient => !gradient.IsInvalid)
                        .Sum(gradient => gradient.to(ScalarType.Float64).square().sum().item<double>());
                }

                traces[row] = sum * spread.Doubt.item<double>();
            }

            return traces;
        });
}
