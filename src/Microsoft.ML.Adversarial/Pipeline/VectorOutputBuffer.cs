using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Pipeline;

/// <summary>A dense vector of <paramref name="length"/> Single per slot, one after the other, as a tensor [capacity, length] is.</summary>
internal sealed class VectorOutputBuffer(int capacity, int length)
{
    public int Length { get; } = length;

    public float[] Values { get; } = new float[checked(capacity * length)];

    public Span<float> Row(int slot) => Values.AsSpan(slot * Length, Length);

    /// <summary>The first <paramref name="count"/> rows.</summary>
    public Span<float> Rows(int count) => Values.AsSpan(0, count * Length);

    public Delegate CreateGetter(Func<int> slot) => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) =>
    {
        ReadOnlySpan<float> row = Row(slot());
        var editor = VBufferEditor.Create(ref value, Length);
        row.CopyTo(editor.Values);
        value = editor.Commit();
    });
}
