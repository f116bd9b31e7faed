using System.CommandLine.Parsing;
using System.Globalization;

namespace Microsoft.ML.Adversarial.Tool;

/// <summary>Reads numbers of options that are above 0 and finite.</summary>
internal static class PositiveNumber
{
    public static double Parse(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number > 0 && double.IsFinite(number))
        {
            return number;
        }

        result.AddError($"{((OptionResult)result.Parent!).Option.Name}: expected a number above 0, such as 0.1, got '{text}'.");
        return 0;
    }
}
