using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.ScoreBased;

/// <summary>Numbers of the rows that are open; rows that leave take theirs with them.</summary>
/// <param name="values">Shape [rows, …].</param>
internal sealed class RowTensor(Tensor values)
{
    /// <summary>Shape [open rows, …]; may be written to.</summary>
    public Tensor Values { get; private set; } = values;

    /// <summary>Goes on with some of the rows.</summary>
    /// <param name="slots">Theirs, shape [M], Int64.</param>
    public void Keep(Tensor slots)
    {
        var kept = Values.index_select(0, slots).MoveToOuterDisposeScope();
        Values.Dispose();
        Values = kept;
    }
}
