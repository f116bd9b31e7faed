using System.Collections.ObjectModel;

namespace Microsoft.ML.Adversarial.Networks;

/// <summary>(x − mean) / standardDeviation, per channel, as the first step inside a network.</summary>
/// <remarks>
/// Being inside the network it leaves bounds, ε and perturbations in the units of the feature column. Mean 0 with standard
/// deviation 1 adds no operation at all.
/// </remarks>
public sealed record Normalisation
{
    /// <summary>Sets mean and standard deviation, each once for all channels or once per channel.</summary>
    /// <param name="mean">In the units of the input; finite; length 1 or the size of the input's first axis.</param>
    /// <param name="standardDeviation">In the units of the input; finite, above 0; length 1 or the size of the input's first axis.</param>
    /// <exception cref="ArgumentException">A list is empty or holds a value out of range.</exception>
    public Normalisation(IReadOnlyList<double> mean, IReadOnlyList<double> standardDeviation)
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(standardDeviation);
        Mean = Checked(mean, nameof(mean), "finite numbers", double.IsFinite);
        StandardDeviation = Checked(
            standardDeviation, nameof(standardDeviation), "finite numbers greater than 0", value => double.IsFinite(value) && value > 0);
    }

    /// <summary>What is subtracted, in the units of the input: one number, or one per channel.</summary>
    public IReadOnlyList<double> Mean { get; }

    /// <summary>What is divided by, in the units of the input: one number, or one per channel.</summary>
    public IReadOnlyList<double> StandardDeviation { get; }

    internal bool IsIdentity => Mean.All(value => value == 0) && StandardDeviation.All(value => value == 1);

    internal void CheckFits(IReadOnlyList<long> inputShape)
    {
        CheckLength(Mean, "normalisation.mean", inputShape);
        CheckLength(StandardDeviation, "normalisation.standardDeviation", inputShape);
    }

    private static void CheckLength(IReadOnlyList<double> values, string path, IReadOnlyList<long> inputShape)
    {
        if (values.Count != 1 && values.Count != inputShape[0])
        {
            throw new NetworkFormatException(
                path, $"1 value or {inputShape[0]}, one per channel of an input {TensorShape.Text(inputShape)}", $"{values.Count}");
        }
    }

    private static ReadOnlyCollection<double> Checked(
        IReadOnlyList<double> values, string option, string expected, Predicate<double> isValid)
    {
        if (values.Count == 0)
        {
            throw new DefinitionOptionException(option, $"one or more {expected}", "an empty list");
        }

        foreach (var value in values)
        {
            if (!isValid(value))
            {
                throw new DefinitionOptionException(option, expected, FormattableString.Invariant($"{value}"));
            }
        }

        return Array.AsReadOnly(values.ToArray());
    }
}
