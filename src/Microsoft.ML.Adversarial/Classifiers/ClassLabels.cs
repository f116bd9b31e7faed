using System.Text.Json.Serialization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Classifiers;

/// <summary>How the classes of a network appear as labels in a view: keys with values, keys without, or a Boolean.</summary>
/// <param name="Count">Number of classes.</param>
/// <param name="IsBoolean">Whether labels are Boolean: class 0 is false, class 1 is true.</param>
/// <param name="Values">The key values, or null for keys without values.</param>
internal sealed record ClassLabels(int Count, bool IsBoolean, LabelValues? Values)
{
    /// <summary>The column type of a predicted label.</summary>
    [JsonIgnore]
    public DataViewType PredictedType => IsBoolean ? BooleanDataViewType.Instance : new KeyDataViewType(typeof(uint), (ulong)Count);

    /// <summary>What the classes are called; keys without values by their numbers, from 1.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Names => IsBoolean ? [bool.FalseString, bool.TrueString]
        : Values?.Values ?? [.. Enumerable.Range(1, Count).Select(key => key.ToString(System.Globalization.CultureInfo.InvariantCulture))];

    /// <summary>The same classes as labels that can be missing: a Boolean becomes a key whose values are false and true.</summary>
    public ClassLabels AsKeys() => IsBoolean
        ? new(Count, IsBoolean: false, new LabelValues(BooleanDataViewType.Instance.ToString()!, [bool.FalseString, bool.TrueString]))
        : this;

    /// <summary>The classes of a label column, or an error that says what to do.</summary>
    public static ClassLabels Of(DataViewSchema.Column label) => label.Type switch
    {
        BooleanDataViewType => new(2, true, null),
        KeyDataViewType { Count: > 1 and <= int.MaxValue } key => new((int)key.Count, false, LabelValues.Read(label)),
        KeyDataViewType key => throw new ArgumentException($"Column '{label.Name}': expected a key with at least 2 values, got {key}."),
        var other => throw new ArgumentException(
            $"Column '{label.Name}': expected a key (multiclass) or a Boolean (binary), got {other}. Put Conversion.MapValueToKey(\"{label.Name}\") before this step."),
    };

    /// <summary>Throws an <see cref="ArgumentException"/> for what no network's labels are.</summary>
    public void Validate()
    {
        if (Count < 2 || (IsBoolean && (Count > 2 || Values is not null)) || (Values is not null && Values.Values.Count != Count))
        {
            throw new ArgumentException(
                $"Expected at least 2 classes with as many key values or none, got {Count}{(IsBoolean ? ", Boolean," : "")} with "
                + $"{Values?.Values.Count ?? 0} values.");
        }

        Values?.Validate();
    }

    /// <summary>Reads a label column of another view as classes of this network, matched by key value.</summary>
    /// <returns>A function that reads the current row: a class from 0, or −1 where the label is missing.</returns>
    public Func<int> CreateReader(DataViewRow row, DataViewSchema.Column label)
    {
        if (IsBoolean)
        {
            var boolean = row.GetGetter<bool>(row.Schema[label.Index]);
            var value = false;
            return () =>
            {
                boolean(ref value);
                return value ? 1 : 0;
            };
        }

        var classes = MapTo(label);
        var getter = KeyGetter(row, label);
        return () => getter() is var key && key == 0 ? -1 : classes[key - 1];
    }

    /// <summary>Throws unless labels of this column can be read as classes of this network.</summary>
    public void RequireFit(DataViewSchema.Column label)
    {
        RequireFit(label.Name, IsBoolean ? label.Type is BooleanDataViewType : label.Type is KeyDataViewType, label.Type.ToString()!);
        if (!IsBoolean)
        {
            MapTo(label);
        }
    }

    /// <summary>Throws unless a column of this shape can hold labels of this network.</summary>
    public void RequireFit(SchemaShape.Column label)
    {
        var fits = label.Kind == SchemaShape.Column.VectorKind.Scalar && (IsBoolean ? label.ItemType is BooleanDataViewType : label.IsKey);
        RequireFit(label.Name, fits, label.GetTypeString());
    }

    private void RequireFit(string name, bool fits, string got)
    {
        if (!fits)
        {
            throw new ArgumentException(
                $"Column '{name}': expected {(IsBoolean ? "a Boolean" : "a key")}, as the network was trained on, got {got}."
                + (IsBoolean ? "" : $" Put Conversion.MapValueToKey(\"{name}\") before this step."));
        }
    }

    private static Func<int> KeyGetter(DataViewRow row, DataViewSchema.Column label)
    {
        var column = row.Schema[label.Index];
        if (label.Type.RawType == typeof(byte))
        {
            return Reader<byte>(value => value);
        }

        return label.Type.RawType == typeof(ushort) ? Reader<ushort>(value => value)
            : label.Type.RawType == typeof(ulong) ? Reader<ulong>(value => checked((int)value))
            : Reader<uint>(value => checked((int)value));

        Func<int> Reader<T>(Func<T, int> convert)
            where T : struct
        {
            var getter = row.GetGetter<T>(column);
            T value = default;
            return () =>
            {
                getter(ref value);
                return convert(value);
            };
        }
    }

    // Two views may have seen the labels in different orders: the value decides, not the key.
    private int[] MapTo(DataViewSchema.Column label)
    {
        var count = (long)((KeyDataViewType)label.Type).Count;
        var values = LabelValues.Read(label);
        if (values is null || Values is null)
        {
            return count == Count
                ? [.. Enumerable.Range(0, Count)]
                : throw new ArgumentException(
                    $"Column '{label.Name}': expected {Count} classes, as the network has, got {count} and no key values to match them by.");
        }

        var classes = Values.Values.Select((value, index) => (value, index)).ToDictionary(pair => pair.value, pair => pair.index);
        return [.. values.Values.Select(value => classes.TryGetValue(value, out var index)
            ? index
            : throw new ArgumentException(
                $"Column '{label.Name}': its key value '{value}' is none of the network's classes, which are {string.Join(", ", Values.Values.Take(20))}."))];
    }
}
