namespace Microsoft.ML.Adversarial.Pipeline;

internal static class TypedGetter
{
    /// <summary>The getter as the type that the caller of <see cref="DataViewRow.GetGetter{TValue}"/> asked for.</summary>
    public static ValueGetter<TValue> Cast<TValue>(Delegate getter, DataViewSchema.Column column)
    {
        return getter as ValueGetter<TValue>
            ?? throw new InvalidOperationException(
                $"Column '{column.Name}': expected a getter of {column.Type.RawType}, was asked for one of {typeof(TValue)}; "
                + $"the column holds {column.Type}.");
    }
}
