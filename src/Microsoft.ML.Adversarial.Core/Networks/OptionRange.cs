using System.Globalization;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.Adversarial.Networks;

/// <summary>The ranges that options of a definition are held to. An option's name in C# is its name in JSON.</summary>
internal static class OptionRange
{
    public static int AtLeast(int value, int minimum, [CallerArgumentExpression(nameof(value))] string option = "") =>
        value >= minimum ? value : throw new DefinitionOptionException(option, $"a whole number of at least {minimum}", Text(value));

    public static Size2d AtLeast(Size2d value, int minimum, [CallerArgumentExpression(nameof(value))] string option = "") =>
        value.Height >= minimum && value.Width >= minimum
            ? value
            : throw new DefinitionOptionException(
                option, $"a whole number of at least {minimum}, or [height, width] of such numbers", value.ToString());

    public static double Finite(double value, [CallerArgumentExpression(nameof(value))] string option = "") =>
        double.IsFinite(value) ? value : throw new DefinitionOptionException(option, "a finite number", Text(value));

    public static double Positive(double value, [CallerArgumentExpression(nameof(value))] string option = "") =>
        value > 0 && double.IsFinite(value)
            ? value
            : throw new DefinitionOptionException(option, "a finite number greater than 0", Text(value));

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
