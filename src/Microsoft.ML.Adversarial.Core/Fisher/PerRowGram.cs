using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>K′ by full parameter gradients, one row and one class at a time: exact for any network, and slow.</summary>
internal static class PerRowGram
{
    public static LogitGram Compute(NetworkClassifier classifier, Tensor rows) =>
        ParameterGraph.Run(classifier, parameters =>
        {
            var size = classifier.ClassCount - 1;
            var gram = HostDoubles.Zeros(rows.shape[0], size, size);
            var logits = new List<Tensor>();
            for (var row = 0; row < rows.shape[0]; row++)
            {
                using var scope = NewDisposeScope();
                var one = classifier.Logits(rows.narrow(0, row, 1));
                RecordedPass.RequireGraph(one);
                RowGram(parameters, one).Values.CopyTo(gram.Values[(row * size * size)..]);
                logits.Add(one.detach().MoveToOuterDisposeScope());
            }

            return new LogitGram(DifferenceFrame.Of(cat(logits, 0)), gram.MoveToOuterDisposeScope());
        });

    private static HostDoubles RowGram(Tensor[] parameters, Tensor logits)
    {
        var differences = DifferenceFrame.Of(logits).DifferenceCotangents(logits);
        var gradients = new List<Tensor>();
        for (var other = 0L; other < differences.shape[0]; other++)
        {
            var perParameter = autograd.grad([logits], parameters, [differences.select(0, other)], retain_graph: true, allow_unused: true);
            var used = perParameter.Where(gradient => !gradient.IsInvalid).Select(gradient => gradient.flatten());
            gradients.Add(cat([logits.new_zeros(1), .. used], 0));
        }

        var jacobian = stack(gradients, 0).to(ScalarType.Float64);
        return HostDoubles.Of(jacobian.mm(jacobian.t()));
    }
}
