using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training;

/// <summary>Rows in memory, ready to be drawn in batches.</summary>
/// <param name="Inputs">Shape [N, …].</param>
/// <param name="Labels">Shape [N], Int64, 0-based.</param>
public sealed record TrainingRows(Tensor Inputs, Tensor Labels)
{
    /// <summary>Number of rows.</summary>
    public long Count => Labels.shape[0];

    /// <summary>
    /// Throws unless there are rows, as many inputs as labels, every value is finite and every label is one of the classes.
    /// </summary>
    internal void Require(int classCount)
    {
        if (Labels.dim() != 1 || Labels.dtype != ScalarType.Int64 || Count == 0 || Inputs.dim() < 2 || Inputs.shape[0] != Count)
        {
            throw new ArgumentException(
                "Expected at least one row, with inputs of shape [N, …] and labels of shape [N] and type Int64, got inputs of shape "
                    + $"[{string.Join(", ", Inputs.shape)}] and labels of shape [{string.Join(", ", Labels.shape)}] and type {Labels.dtype}.");
        }

        // A NaN in a held-out row would make every epoch's validation loss NaN, and none of them the best.
        FiniteValues.Require(Inputs);
        ClassifierInputs.RequireClasses(Labels, classCount);
    }

    /// <summary>Some of the rows, copied.</summary>
    internal TrainingRows Select(Tensor rows) => new(Inputs.index_select(0, rows), Labels.index_select(0, rows));
}
