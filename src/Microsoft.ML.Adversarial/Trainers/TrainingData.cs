using System.Runtime.InteropServices;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Adversarial.Training;
using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Trainers;

/// <summary>The training rows of a view, read once into memory.</summary>
internal static class TrainingData
{
    private const int ChunkRows = 4096;

    /// <summary>Reads features [N, …shape] and classes [N]; throws for the first row with a missing label or a value that is not finite.</summary>
    public static TrainingRows Read(
        IDataView data, DataViewSchema.Column features, DataViewSchema.Column label, ClassLabels labels, CancellationToken cancellation) =>
        Read(data, features, label, labels, [.. ((VectorDataViewType)features.Type).Dimensions.Select(size => (long)size)], cancellation);

    /// <summary>Reads features [N, …] in a given shape, whatever the dimensions of the column, and classes [N].</summary>
    public static TrainingRows Read(
        IDataView data, DataViewSchema.Column features, DataViewSchema.Column label, ClassLabels labels, IReadOnlyList<long> inputShape,
        CancellationToken cancellation)
    {
        var length = checked((int)inputShape.Aggregate(1L, (product, size) => product * size));
        using var scope = NewDisposeScope();
        using var cursor = data.GetRowCursor([features, label]);
        var buffer = new FeatureBuffer(cursor, features, length, ChunkRows, mustBeFinite: true);
        var readClass = labels.CreateReader(cursor, label);
        var chunks = new List<Tensor>();
        var classes = new List<long>();
        var slot = 0;
        while (cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            buffer.Read(slot, cursor.Position);
            var index = readClass();
            classes.Add(index >= 0
                ? index
                : throw new InvalidOperationException(
                    $"Row {cursor.Position}, column '{label.Name}': expected a label, got a missing value. Drop such rows before training."));
            if (++slot == ChunkRows)
            {
                chunks.Add(ToTensor(buffer, slot));
                slot = 0;
            }
        }

        if (classes.Count == 0)
        {
            throw new InvalidOperationException("Expected training rows, got none.");
        }

        if (slot > 0)
        {
            chunks.Add(ToTensor(buffer, slot));
        }

        long[] shape = [classes.Count, .. inputShape];
        return new(cat(chunks, 0).reshape(shape).MoveToOuterDisposeScope(), tensor(classes.ToArray()).MoveToOuterDisposeScope());
    }

    private static Tensor ToTensor(FeatureBuffer buffer, int count)
    {
        var rows = empty([count, buffer.Length], dtype: ScalarType.Float32);
        MemoryMarshal.AsBytes(buffer.Rows(count)).CopyTo(rows.bytes);
        return rows;
    }
}
