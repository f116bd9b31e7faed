using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Pipeline;

internal static class ToyRows
{
    /// <summary>Reads to the end and checks that each row is whole; the id of each row by its number.</summary>
    public static Dictionary<float, DataViewRowId> ReadAll(DataViewRowCursor cursor, string name)
    {
        ValueGetter<float> getId = cursor.GetGetter<float>(cursor.Schema["Id"]);
        ValueGetter<float> getSum = cursor.GetGetter<float>(cursor.Schema[ToyMapper.Sum]);
        ValueGetter<VBuffer<float>> getDoubled = cursor.GetGetter<VBuffer<float>>(cursor.Schema[ToyMapper.Doubled]);
        ValueGetter<VBuffer<float>> getFeatures = cursor.GetGetter<VBuffer<float>>(cursor.Schema["Features"]);
        ValueGetter<ReadOnlyMemory<char>> getName = cursor.GetGetter<ReadOnlyMemory<char>>(cursor.Schema["Name"]);
        ValueGetter<DataViewRowId> getRowId = cursor.GetIdGetter();
        var rows = new Dictionary<float, DataViewRowId>();
        float id = 0, sum = 0;
        VBuffer<float> doubled = default, features = default;
        ReadOnlyMemory<char> text = default;
        DataViewRowId rowId = default;
        long batch = -1;

        Assert.AreEqual(-1, cursor.Position, name);
        while (cursor.MoveNext())
        {
            getId(ref id);
            getSum(ref sum);
            getDoubled(ref doubled);
            getFeatures(ref features);
            getName(ref text);
            getRowId(ref rowId);
            Assert.AreEqual(rows.Count, cursor.Position, name);
            Assert.IsGreaterThanOrEqualTo(batch, cursor.Batch, name);
            Assert.AreEqual(id + 2, sum, name);
            Assert.AreEqual($"row {id}", text.ToString(), name);
            CollectionAssert.AreEqual(new[] { id, 0.5f, 1.5f }, features.DenseValues().ToArray(), name);
            CollectionAssert.AreEqual(new[] { 2 * id, 1f, 3f }, doubled.DenseValues().ToArray(), name);
            batch = cursor.Batch;
            rows.Add(id, rowId);
        }
        Assert.AreEqual(-1, cursor.Position, name);
        return rows;
    }
}
