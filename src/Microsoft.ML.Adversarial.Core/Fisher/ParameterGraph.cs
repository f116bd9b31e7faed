using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>
/// Work on gradients with respect to the parameters themselves. Frozen ones take part as well: they are thawed for the duration, on one
/// thread at a time, and left frozen.
/// </summary>
internal static class ParameterGraph
{
    public static TResult Run<TResult>(NetworkClassifier classifier, Func<Tensor[], TResult> work)
    {
        using var grad = enable_grad();
        var parameters = classifier.Parameters;
        lock (classifier)
        {
            var frozen = parameters.Where(parameter => !parameter.requires_grad).ToArray();
            SetRequiresGrad(frozen, true);
            try
            {
                return work(parameters);
            }
            finally
            {
                SetRequiresGrad(frozen, false);
            }
        }
    }

    private static void SetRequiresGrad(Tensor[] parameters, bool value)
    {
        foreach (var parameter in parameters)
        {
            parameter.requires_grad = value;
        }
    }
}
