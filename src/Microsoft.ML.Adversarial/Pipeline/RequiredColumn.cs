namespace Microsoft.ML.Adversarial.Pipeline;

/// <summary>Looks up columns that a step cannot do without.</summary>
internal static class RequiredColumn
{
    public static DataViewSchema.Column Of(DataViewSchema schema, string name, string step) => schema.GetColumnOrNull(name)
        ?? throw new ArgumentException(
            $"{step}: expected a column '{name}', got {string.Join(", ", schema.Select(column => column.Name))}. Apply the steps that make it first, or name another column.");

    public static SchemaShape.Column Of(SchemaShape shape, string name, string step)
    {
        var found = shape.FirstOrDefault(column => column.Name == name);
        return found.Name == name
            ? found
            : throw new ArgumentException(
                $"{step}: expected a column '{name}', got {string.Join(", ", shape.Select(column => column.Name))}. Apply the steps that make it first, or name another column.");
    }
}
