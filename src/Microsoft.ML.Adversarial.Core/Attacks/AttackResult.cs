using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>Adversarial inputs and how they fared, row by row. Owns its tensors.</summary>
public sealed class AttackResult : IDisposable
{
    internal AttackResult(Tensor inputs, Tensor succeeded, Tensor succeededBefore, Tensor predictions, Tensor size, bool wasCancelled)
    {
        Inputs = inputs;
        Succeeded = succeeded;
        SucceededBefore = succeededBefore;
        Predictions = predictions;
        Size = size;
        WasCancelled = wasCancelled;
    }

    /// <summary>The adversarial inputs, shape [N, …]: within the bounds and the budget.</summary>
    public Tensor Inputs { get; }

    /// <summary>Which rows reach the goal, predicted anew on <see cref="Inputs"/>; shape [N], Bool.</summary>
    public Tensor Succeeded { get; }

    /// <summary>Which rows reached the goal before the attack: misclassified already. They count as succeeded. Shape [N], Bool.</summary>
    public Tensor SucceededBefore { get; }

    /// <summary>Predicted classes of <see cref="Inputs"/>, shape [N], Int64.</summary>
    public Tensor Predictions { get; }

    /// <summary>Size of each perturbation in the norm of the threat model, shape [N].</summary>
    public Tensor Size { get; }

    /// <summary>Whether the run was cancelled; the rows hold what was found by then.</summary>
    public bool WasCancelled { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Inputs.Dispose();
        Succeeded.Dispose();
        SucceededBefore.Dispose();
        Predictions.Dispose();
        Size.Dispose();
    }
}
