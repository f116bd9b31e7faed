using System.CommandLine.Parsing;
using System.Globalization;

namespace Microsoft.ML.Adversarial.Tool;

/// <summary>Reads whole numbers of options, so that errors name the option and the range rather than a type of ours.</summary>
internal static class WholeNumber
{
    public static int AtLeastOne(ArgumentResult result) => AtLeast(result, 1);

    public static int AtLeastZero(ArgumentResult result) => AtLeast(result, 0);

    public static long Any(ArgumentResult result) =>
        long.TryParse(Text(result), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : Refuse(result, "a whole number");

    private static int AtLeast(ArgumentResult result, int least) =>
        int.TryParse(Text(result), NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least
            ? value
            : Refuse(result, $"a whole number from {least} to {int.MaxValue}");

    private static string Text(ArgumentResult result) => result.Tokens[0].Value;

    private static int Refuse(ArgumentResult result, string expected)
    {
        result.AddError($"{((OptionResult)result.Parent!).Option.Name}: expected {expected}, got '{Text(result)}'.");
        return 0;
    }
}
