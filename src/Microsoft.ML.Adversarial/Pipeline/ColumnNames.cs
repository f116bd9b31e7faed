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

    /// <summary>Throws unless there is at least one column to add, and all have different names.</summary>
    public static void RequireOutputs(params string[] names)
    {
        Require(names);
        if (names.Length == 0 || names.Distinct().Count() != names.Length)
        {
            throw new ArgumentException(
                $"Expected at least one output column, with different names, got {(names.Length == 0 ? "none" : string.Join(", ", names))}.");
        }
    }
}
