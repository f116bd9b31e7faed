using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Trainers;

/// <summary>Which columns are made of a batch of logits, and how.</summary>
internal interface IScoreLayout
{
    IReadOnlyList<DataViewSchema.DetachedColumn> Columns { get; }

    /// <summary>The buffers of one cursor.</summary>
    IScoreBuffers CreateBuffers(bool[] active, int capacity);
}

/// <summary>The cells of a batch.</summary>
internal interface IScoreBuffers
{
    /// <summary>Takes logits [N, classes], float32 on the CPU.</summary>
    void Fill(Tensor logits, int count);

    Delegate CreateGetter(int output, Func<int> slot);
}
