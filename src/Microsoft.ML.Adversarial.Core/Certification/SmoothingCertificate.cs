using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Certification;

/// <summary>What <see cref="RandomizedSmoothing.Certify"/> says of each row. The caller disposes it.</summary>
public sealed class SmoothingCertificate : IDisposable
{
    internal SmoothingCertificate(Tensor classes, Tensor radii, bool wasCancelled) => (Classes, Radii, WasCancelled) = (classes, radii, wasCancelled);

    /// <summary>
    /// The class that the smoothed classifier predicts, −1 (<see cref="RandomizedSmoothing.Abstained"/>) where it abstains; shape [N], Int64, on
    /// the CPU.
    /// </summary>
    public Tensor Classes { get; }

    /// <summary>
    /// The radius in L2, in the units of the features, within which the smoothed classifier predicts that class; 0 where it abstains. Shape [N],
    /// Float64, on the CPU.
    /// </summary>
    public Tensor Radii { get; }

    /// <summary>Whether the run was cancelled: the rows that were not done abstain.</summary>
    public bool WasCancelled { get; }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        Classes.Dispose();
        Radii.Dispose();
    }
}
