using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks;

/// <summary>Adversarial inputs and how they fared, row by row. Owns its tensors.</summary>
public sealed class AttackResult : IDisposable
{
    internal AttackResult(
        Tensor inputs, Tensor succeeded, Tensor succeededBefore, Tensor predictions, Tensor size, Tensor zeroGradients, bool wasCancelled)
    {
        Inputs = inputs;
        Succeeded = succeeded;
        SucceededBefore = succeededBefore;
        Predictions = predictions;
        Size = size;
        ZeroGradients = zeroGradients;
        WasCancelled = wasCancelled;
    }

    /// <summary>The adversarial inputs, shape [N, …]: within the bounds and the budget.</summary>
    public Tensor Inputs { get; }

    /// <summary>
    /// Which rows reach the goal, predicted anew on <see cref="Inputs"/>; shape [N], Bool. A row whose logits are no numbers does not.
    /// </summary>
    public Tensor Succeeded { get; }

    /// <summary>Which rows reached the goal before the attack: misclassified already. They count as succeeded. Shape [N], Bool.</summary>
    public Tensor SucceededBefore { get; }

    /// <summary>Predicted classes of <see cref="Inputs"/>, shape [N], Int64.</summary>
    public Tensor Predictions { get; }

    /// <summary>Size of each perturbation in the norm of the threat model, shape [N].</summary>
    public Tensor Size { get; }

    /// <summary>
    /// Which rows had a gradient of zero in every feature where the attack took its first one, shape [N], Bool: it had no direction to go, and
    /// that such a row was not broken says nothing of its robustness. All false for attacks that take steps along no gradient.
    /// </summary>
    public Tensor ZeroGradients { get; }

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
        ZeroGradients.Dispose();
    }
}
