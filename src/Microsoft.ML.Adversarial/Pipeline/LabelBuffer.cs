using Microsoft.ML.Adversarial.Classifiers;

namespace Microsoft.ML.Adversarial.Pipeline;

/// <summary>One class per slot, of labels that must not be missing.</summary>
internal sealed class LabelBuffer(DataViewRow input, DataViewSchema.Column label, ClassLabels labels, int capacity)
{
    private readonly Func<int> _reader = labels.CreateReader(input, label);
    private readonly long[] _classes = new long[capacity];

    public void Read(int slot, long position)
    {
        _classes[slot] = _reader();
        if (_classes[slot] < 0)
        {
            throw new InvalidOperationException($"Row {position}, column '{label.Name}': expected a label, got a missing value. Drop such rows first.");
        }
    }

    /// <summary>The classes of the first slots.</summary>
    public long[] Classes(int count) => _classes[..count];
}
