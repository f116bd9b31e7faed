using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Classifiers;

/// <summary>
/// The values behind the classes of a network, in class order, with their type: what KeyValues, SlotNames and TrainingLabelValues
/// annotations hold, and what labels of other views are matched by. Values are kept as text in the invariant culture.
/// </summary>
internal sealed record LabelValues(string TypeName, IReadOnlyList<string> Values)
{
    private static readonly Dictionary<string, IValueType> Types = new IValueType[]
    {
        new ValueType<ReadOnlyMemory<char>>(TextDataViewType.Instance, text => text.AsMemory(), value => value.ToString()),
        new ValueType<float>(NumberDataViewType.Single, text => float.Parse(text, CultureInfo.InvariantCulture)),
        new ValueType<double>(NumberDataViewType.Double, text => double.Parse(text, CultureInfo.InvariantCulture)),
        new ValueType<sbyte>(NumberDataViewType.SByte, text => sbyte.Parse(text, CultureInfo.InvariantCulture)),
        new ValueType<byte>(NumberDataViewType.Byte, text => byte.Parse(text, CultureInfo.InvariantCulture)),
        new ValueType<short>(NumberDataViewType.Int16, text => short.Parse(text, CultureInfo.InvariantCulture)),
        new ValueType<ushort>(NumberDataViewType.UInt16, text => ushort.Parse(text, CultureInfo.InvariantCulture)),
        new ValueType<int>(NumberDataViewType.Int32, text => int.Parse(text, CultureInfo.InvariantCulture)),
        new ValueType<uint>(NumberDataViewType.UInt32, text => uint.Parse(text, CultureInfo.InvariantCulture)),
        new ValueType<long>(NumberDataViewType.Int64, text => long.Parse(text, CultureInfo.InvariantCulture)),
        new ValueType<ulong>(NumberDataViewType.UInt64, text => ulong.Parse(text, CultureInfo.InvariantCulture)),
        new ValueType<bool>(BooleanDataViewType.Instance, bool.Parse),
    }.ToDictionary(type => type.DataViewType.ToString()!);

    private interface IValueType
    {
        DataViewType DataViewType { get; }

        IReadOnlyList<string> Read(DataViewSchema.Annotations annotations, string kind);

        void Write(DataViewSchema.Annotations.Builder builder, string kind, IReadOnlyList<string> values);
    }

    /// <summary>The type of the values.</summary>
    [JsonIgnore]
    public DataViewType ItemType => Type.DataViewType;

    /// <summary>Throws an <see cref="ArgumentException"/> or <see cref="FormatException"/> for what no key column's values are.</summary>
    public void Validate()
    {
        if (Values.Any(value => value is null) || Values.Distinct().Count() != Values.Count)
        {
            throw new ArgumentException("Expected key values that are all different and none missing.");
        }

        AddTo(new DataViewSchema.Annotations.Builder(), AnnotationUtils.Kinds.KeyValues);
    }

    private IValueType Type => Types.GetValueOrDefault(TypeName)
        ?? throw new ArgumentException($"Label values: expected one of the types {string.Join(", ", Types.Keys)}, got '{TypeName}'.");

    /// <summary>Whether text can stand for values of this type.</summary>
    public static bool CanHold(DataViewType type) => Types.ContainsKey(type.ToString()!);

    /// <summary>The values of a key column, or null where it has none or their type is none that text can stand for.</summary>
    public static LabelValues? Read(DataViewSchema.Column column)
    {
        const string kind = AnnotationUtils.Kinds.KeyValues;
        var annotation = column.Annotations.Schema.GetColumnOrNull(kind);
        return annotation?.Type is VectorDataViewType { IsKnownSize: true } vector && Types.TryGetValue(vector.ItemType.ToString()!, out var type)
            ? new(vector.ItemType.ToString()!, type.Read(column.Annotations, kind))
            : null;
    }

    /// <summary>Adds the values to annotations of this kind, in their own type.</summary>
    public void AddTo(DataViewSchema.Annotations.Builder builder, string kind) => Type.Write(builder, kind, Values);

    /// <summary>Adds the values as text, which slot names must be.</summary>
    public void AddAsTextTo(DataViewSchema.Annotations.Builder builder, string kind) =>
        Types[TextDataViewType.Instance.ToString()!].Write(builder, kind, Values);

    /// <inheritdoc/>
    public bool Equals(LabelValues? other) => other is not null && TypeName == other.TypeName && Values.SequenceEqual(other.Values);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(TypeName, Values.Count);

    private sealed class ValueType<T>(DataViewType type, Func<string, T> parse, Func<T, string>? format = null) : IValueType
    {
        public DataViewType DataViewType => type;

        public IReadOnlyList<string> Read(DataViewSchema.Annotations annotations, string kind)
        {
            var values = default(VBuffer<T>);
            annotations.GetValue(kind, ref values);
            return [.. values.DenseValues().Select(format ?? (value => Convert.ToString(value, CultureInfo.InvariantCulture)!))];
        }

        public void Write(DataViewSchema.Annotations.Builder builder, string kind, IReadOnlyList<string> values)
        {
            T[] parsed = [.. values.Select(parse)];
            builder.Add(kind, new VectorDataViewType((PrimitiveDataViewType)type, parsed.Length), (ref VBuffer<T> destination) =>
            {
                var editor = VBufferEditor.Create(ref destination, parsed.Length);
                parsed.CopyTo(editor.Values);
                destination = editor.Commit();
            });
        }
    }
}
