using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.ScoreBased;

/// <summary>How estimated gradients move points.</summary>
internal abstract class EstimateStep
{
    /// <summary>Moves points and brings them back within the budget and the bounds, in place.</summary>
    /// <param name="task">The rows' task.</param>
    /// <param name="points">Shape [M, …].</param>
    /// <param name="slopes">Estimated gradients in the units of the budget, shape [M, …].</param>
    /// <param name="count">Number of the step, from 1.</param>
    public abstract void Take_(AttackContext<IClassifier> task, Tensor points, Tensor slopes, int count);

    /// <summary>Hears what the points are worth that a step led to.</summary>
    /// <param name="values">One per row of the step.</param>
    public virtual void Note(double[] values)
    {
    }
}
