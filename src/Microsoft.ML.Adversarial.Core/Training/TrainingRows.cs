using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training;

/// <summary>Rows in memory, ready to be drawn in batches.</summary>
/// <param name="Inputs">Shape [N, …].</param>
/// <param name="Labels">Shape [N], Int64, 0-based.</param>
public sealed record TrainingRows(Tensor Inputs, Tensor Labels)
{
    /// <summary>Number of rows.</summary>
    public long Count => Labels.shape[0];

    /// <summary>Some of the rows, copied.</summary>
    internal TrainingRows Select(Tensor rows) => new(Inputs.index_select(0, rows), Labels.index_select(0, rows));
}
