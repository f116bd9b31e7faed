using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.InformationGeometry;

/// <summary>
/// A module that cannot be copied, used in place: nobody else's turn until it is given back with the values, the flags and the gradients
/// that it had.
/// </summary>
internal sealed class BorrowedModule : ShiftableNetwork
{
    private readonly NetworkClassifier _classifier;
    private readonly (Tensor Parameter, Tensor Value, bool RequiresGrad)[] _found;

    public BorrowedModule(NetworkClassifier classifier)
    {
        _classifier = classifier;
        Monitor.Enter(classifier);
        try
        {
            Parameters = [.. classifier.Module.parameters().Where(parameter => parameter.is_floating_point())];
            _found = [.. Parameters.Select(parameter => (parameter, parameter.detach().clone(), parameter.requires_grad))];
            SetRequiresGrad(_ => true);
        }
        catch
        {
            Monitor.Exit(classifier);
            throw;
        }
    }

    public override IReadOnlyList<Tensor> Parameters { get; }

    public override Tensor Logits(Tensor inputs) => _classifier.Logits(inputs);

    public override Tensor Take(Tensor values) => values.detach().to(_classifier.ElementType, _classifier.Device, copy: true);

    public override void Dispose()
    {
        using (no_grad())
        {
            foreach (var (parameter, value, _) in _found)
            {
                parameter.copy_(value);
                value.Dispose();
            }
        }

        SetRequiresGrad(found => found);
        Monitor.Exit(_classifier);
    }

    private void SetRequiresGrad(Func<bool, bool> value)
    {
        foreach (var (parameter, _, requiresGrad) in _found)
        {
            if (parameter.requires_grad != value(requiresGrad))
            {
                parameter.requires_grad = value(requiresGrad);
            }
        }
    }
}
