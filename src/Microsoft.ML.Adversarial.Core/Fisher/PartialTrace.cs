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
        var frame = DifferenceFrame.Of(pass.Logits);
        var cotangents = pass.Backward(LeadingColumns.Cotangents(frame, count, method.Probes, method.Seed, pass.Logits));
        using var noGrad = no_grad();
        var sum = zeros([frame.Rows], ScalarType.Float64, pass.Logits.device);
        foreach (var (use, cotangent) in pass.Recording.Uses.Zip(cotangents))
        {
            sum.add_(use.Gram(cotangent).diagonal(0, 1, 2).sum(1).to(ScalarType.Float64));
        }

        return Scaled(DoubleArray.Of(sum), frame);
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
                var frame = DifferenceFrame.Of(logits);
                var cotangents = LeadingColumns.Cotangents(frame, count, method.Probes, method.Seed, logits);
                var sum = 0.0;
                for (var column = 0L; column < cotangents.shape[0]; column++)
                {
                    sum += autograd.grad([logits], parameters, [cotangents.select(0, column)], retain_graph: true, allow_unused: true)
                        .Where(gradient => !gradient.IsInvalid)
                        .Sum(gradient => gradient.to(ScalarType.Float64).square().sum().item<double>());
                }

                traces[row] = Scaled([sum], frame)[0];
            }

            return traces;
        });

    private static double[] Scaled(double[] sums, DifferenceFrame frame)
    {
        for (var row = 0; row < sums.Length; row++)
        {
            sums[row] *= frame.Doubt(row);
        }

        return sums;
    }
}
