using System.Numerics;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Classifiers.Pipelines;

/// <summary>Numbers of one type as features.</summary>
/// <typeparam name="T">The type of the numbers in the column.</typeparam>
internal static class NumberCell<T>
    where T : unmanaged, INumber<T>, IMinMaxValue<T>
{
    public static bool IsWhole => typeof(T) != typeof(float) && typeof(T) != typeof(double);

    public static float Read(T value) => float.CreateTruncating(value);

    // A whole number is never truncated: 2.9999998 stands for 3.
    public static T Write(float value) => IsWhole ? T.CreateSaturating(MathF.Round(value)) : T.CreateSaturating(value);
}

/// <summary>A column of single numbers: one feature.</summary>
/// <typeparam name="T">The type of the numbers.</typeparam>
internal sealed class NumberColumn<T>(DataViewSchema.Column column, int first) : InputColumn(column, first, 1)
    where T : unmanaged, INumber<T>, IMinMaxValue<T>
{
    public override IEnumerable<PipelineFeature> Features =>
        [new(Column.Name, null, Column.Name, NumberCell<T>.IsWhole ? PipelineFeatureKind.WholeNumber : PipelineFeatureKind.Number)];

    public override Action<Span<float>> CreateReader(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<T>(column);
        T cell = default;
        return features =>
        {
            getter(ref cell);
            features[First] = NumberCell<T>.Read(cell);
        };
    }

    public override Delegate CreateGetter(FeatureRows rows) => (ValueGetter<T>)((ref T value) => value = NumberCell<T>.Write(rows.Current[First]));
}

/// <summary>A column of vectors of numbers: a feature per slot.</summary>
/// <typeparam name="T">The type of the numbers.</typeparam>
internal sealed class NumberVectorColumn<T>(DataViewSchema.Column column, int first, bool isFrozen)
    : InputColumn(column, first, ((VectorDataViewType)column.Type).Size)
    where T : unmanaged, INumber<T>, IMinMaxValue<T>
{
    public override IReadOnlyList<long> Shape => [.. ((VectorDataViewType)Column.Type).Dimensions.Select(size => (long)size)];

    public override IEnumerable<PipelineFeature> Features
    {
        get
        {
            var kind = isFrozen ? PipelineFeatureKind.Frozen : NumberCell<T>.IsWhole ? PipelineFeatureKind.WholeNumber : PipelineFeatureKind.Number;
            VBuffer<ReadOnlyMemory<char>> names = default;
            if (Column.HasSlotNames())
            {
                Column.GetSlotNames(ref names);
            }

            return Enumerable.Range(0, Length).Select(slot => new PipelineFeature(
                Column.Name, slot, names.Length == Length && names.GetItemOrDefault(slot) is { Length: > 0 } name ? $"{Column.Name}.{name}" : $"{Column.Name}[{slot}]", kind));
        }
    }

    public override Action<Span<float>> CreateReader(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<VBuffer<T>>(column);
        VBuffer<T> cell = default;
        return features =>
        {
            getter(ref cell);
            if (cell.Length != Length)
            {
                throw new InvalidOperationException(
                    $"Row {row.Position}, column '{Column.Name}': expected a vector of {Length} numbers, got {cell.Length}; drop or mend this row.");
            }

            var slots = features.Slice(First, Length);
            slots.Clear();
            foreach (var (slot, value) in cell.Items())
            {
                slots[slot] = NumberCell<T>.Read(value);
            }
        };
    }

    public override Delegate CreateGetter(FeatureRows rows) => (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) =>
    {
        var features = rows.Current.Slice(First, Length);
        var editor = VBufferEditor.Create(ref value, Length);
        for (var slot = 0; slot < features.Length; slot++)
        {
            editor.Values[slot] = NumberCell<T>.Write(features[slot]);
        }

        value = editor.Commit();
    });
}
