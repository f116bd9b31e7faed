using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Pipeline;

/// <summary>A number per row that goes with its id, so that what a row draws does not depend on the batch it sits in.</summary>
internal sealed class RowKeyBuffer(DataViewRow input, int capacity)
{
    private readonly ValueGetter<DataViewRowId> _id = input.GetIdGetter();
    private readonly long[] _keys = new long[capacity];

    public void Read(int slot)
    {
        DataViewRowId id = default;
        _id(ref id);
        _keys[slot] = unchecked((long)(id.Low ^ (id.High * 0x9E3779B97F4A7C15)));
    }

    /// <summary>The keys of the first rows.</summary>
    public long[] Keys(int count) => _keys[..count];
}
