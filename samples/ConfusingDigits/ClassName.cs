namespace ConfusingDigits;

/// <summary>A row of the list of classes.</summary>
internal sealed class ClassName
{
    public string Name { get; set; } = "";
}
