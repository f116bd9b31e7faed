using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.InformationGeometry;

/// <summary>A classifier's network at its parameters θ, ready to be differentiated in them and to be moved along a direction.</summary>
internal abstract class ShiftableNetwork : IDisposable
{
    /// <summary>The floating-point parameters in the order of the module, all of which require gradients.</summary>
    public abstract IReadOnlyList<Tensor> Parameters { get; }

    /// <summary>Logits of a batch that <see cref="Take"/> gave.</summary>
    public abstract Tensor Logits(Tensor inputs);

    /// <summary>Floating-point values in the type and on the device of the network, without a graph, as a tensor of their own.</summary>
    public abstract Tensor Take(Tensor values);

    /// <summary>Moves θ to θ + Δ for as long as the object lives.</summary>
    public void Shift(IReadOnlyList<Tensor> direction)
    {
        using var noGrad = no_grad();
        foreach (var (parameter, change) in Parameters.Zip(direction))
        {
            parameter.add_(change);
        }
    }

    /// <summary>Ends the work: the classifier's network is as it was found.</summary>
    public abstract void Dispose();

    /// <summary>A float64 copy where the network can be copied, else the module itself, for this thread alone until disposed.</summary>
    public static ShiftableNetwork Of(NetworkClassifier classifier) =>
        classifier.Network is { } network ? new NetworkCopy(network, classifier.Device) : new BorrowedModule(classifier);
}
