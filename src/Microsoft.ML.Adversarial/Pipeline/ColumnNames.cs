namespace Microsoft.ML.Adversarial.Pipeline;

/// <summary>Names of columns, wherever they come from.</summary>
internal static class ColumnNames
{
    public static void Require(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            ArgumentException.ThrowIfNullOrEmpty(name, "column name");
        }
    }
}
