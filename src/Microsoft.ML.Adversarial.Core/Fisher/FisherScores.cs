using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>Fisher-information scores of a batch; those not asked for are null. In the classifier's element type; the caller disposes it.</summary>
public sealed record FisherScores : IDisposable
{
    internal FisherScores()
    {
    }

    /// <summary>tr F, shape [N].</summary>
    public Tensor? Trace { get; internal init; }

    /// <summary>vᵀFv, shape [N].</summary>
    public Tensor? QuadraticForm { get; internal init; }

    /// <summary>vᵀFv / ‖v‖², shape [N]; 0 where v is 0.</summary>
    public Tensor? NormalisedQuadraticForm { get; internal init; }

    /// <summary>λ_max(F), shape [N].</summary>
    public Tensor? TopEigenvalue { get; internal init; }

    /// <summary>The sensitivity of each input component, in the shape of the inputs, [N, …].</summary>
    public Tensor? Sensitivity { get; internal init; }

    /// <summary>The Euclidean length of each row's sensitivities, shape [N].</summary>
    public Tensor? SensitivityNorm { get; internal init; }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        foreach (var tensor in new[] { Trace, QuadraticForm, NormalisedQuadraticForm, TopEigenvalue, Sensitivity, SensitivityNorm })
        {
            tensor?.Dispose();
        }
    }
}
