using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>K′ by full parameter gradients, one row and one class at a time: exact for any network, and slow.</summary>
internal static class PerRowGram
{
    public static (Tensor Gram, Tensor Others) Compute(NetworkClassifier classifier, Tensor rows)
    {
        using var grad = enable_grad();
        var parameters = classifier.Module.parameters().Where(parameter => parameter.is_floating_point()).Cast<Tensor>().ToArray();
        var frozen = parameters.Where(parameter => !parameter.requires_grad).ToArray();
        lock (classifier)
        {
            SetRequiresGrad(frozen, true);
            try
            {
                var grams = new List<Tensor>();
                var others = new List<Tensor>();
                for (var row = 0L; row < rows.shape[0]; row++)
                {
                    var (gram, other) = ComputeRow(classifier, parameters, rows.narrow(0, row, 1));
                    grams.Add(gram);
                    others.Add(other);
                }

                return (stack(grams, 0), cat(others, 0));
            }
            finally
            {
                SetRequiresGrad(frozen, false);
            }
        }
    }

    private static (Tensor Gram, Tensor Others) ComputeRow(NetworkClassifier classifier, Tensor[] parameters, Tensor row)
    {
        using var scope = NewDisposeScope();
        var logits = classifier.Logits(row);
        LogitGram.RequireGraph(logits);
        var (order, others) = DifferenceFrame.Of(logits);
        var gradients = new List<Tensor>();
        var differences = DifferenceFrame.Cotangents(order, logits);
        for (var other = 0L; other < logits.shape[1] - 1; other++)
        {
            var perParameter = autograd.grad([logits], parameters, [differences.select(0, other)], retain_graph: true, allow_unused: true);
            var used = perParameter.Where(gradient => !gradient.IsInvalid).Select(gradient => gradient.flatten());
            gradients.Add(cat([logits.new_zeros(1), .. used], 0));
        }

        var rowsOfJacobian = stack(gradients, 0).to(ScalarType.Float64);
        return (rowsOfJacobian.mm(rowsOfJacobian.t()).MoveToOuterDisposeScope(), others.MoveToOuterDisposeScope());
    }

    private static void SetRequiresGrad(Tensor[] parameters, bool value)
    {
        foreach (var parameter in parameters)
        {
            parameter.requires_grad = value;
        }
    }
}
