using System.Collections.ObjectModel;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Microsoft.ML.Adversarial.Attacks.Constraints;

/// <summary>
/// What a weighted sum of features may be, lower ≤ Σ wᵢxᵢ ≤ upper: a total and its parts, a smallest that stays below a largest. Written as
/// <c>1*3-2*5&lt;=10</c>, weights and features; two constraints on the same sum within the same limits are equal.
/// </summary>
/// <remarks>Sums are taken in double precision, of the values as they are stored.</remarks>
public sealed partial record LinearConstraint
{
    private const string Number = @"\d*\.?\d+(?:e[+-]?\d+)?";
    private const string Known = "1*3-2*5<=10, 1*3>=-2, 1*3+1*4=1 or 0<=1*3-1*4<=5, a weight and a feature in each term";

    private readonly ReadOnlyDictionary<int, double> _weights;

    /// <summary>A sum within limits.</summary>
    /// <param name="weights">A weight, finite and not 0, for each feature of the sum, by its index in row-major order; at least one.</param>
    /// <param name="lower">Smallest sum, in the units of the features times their weights; −∞ for none.</param>
    /// <param name="upper">Largest sum, at least <paramref name="lower"/>; +∞ for none.</param>
    /// <exception cref="ArgumentException">There are no weights, or neither limit is finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A feature, a weight or a limit is out of its range.</exception>
    public LinearConstraint(IReadOnlyDictionary<int, double> weights, double lower, double upper)
    {
        ArgumentNullException.ThrowIfNull(weights);
        if (weights.Count == 0)
        {
            throw new ArgumentException("Expected a weight for at least one feature, got none.", nameof(weights));
        }

        foreach (var (feature, weight) in weights)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(feature, nameof(weights));
            if (!double.IsFinite(weight) || weight == 0)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(weights), weight, $"Expected a weight that is finite and not 0 for feature {feature}: leave out what does not count.");
            }
        }

        if (!(lower <= upper) || lower == double.PositiveInfinity || upper == double.NegativeInfinity)
        {
            throw new ArgumentOutOfRangeException(nameof(upper), upper, $"Expected an upper limit of at least the lower one, {lower}.");
        }

        if (double.IsInfinity(lower) && double.IsInfinity(upper))
        {
            throw new ArgumentException("Expected a finite lower or upper limit: without, any sum will do.", nameof(upper));
        }

        // Adding 0 makes −0 0, which is written without a sign.
        (_weights, Lower, Upper) = (new(new SortedDictionary<int, double>(weights.ToDictionary())), lower + 0.0, upper + 0.0);
    }

    /// <summary>The weight of each feature of the sum, in the order of the features.</summary>
    public IReadOnlyDictionary<int, double> Weights => _weights;

    /// <summary>Smallest sum; −∞ for none.</summary>
    public double Lower { get; }

    /// <summary>Largest sum; +∞ for none. Equal to <see cref="Lower"/>: the sum is that, up to a millionth of Σ |wᵢxᵢ| plus its own size.</summary>
    public double Upper { get; }

    /// <summary>Σ wᵢxᵢ ≤ upper.</summary>
    /// <inheritdoc cref="LinearConstraint(IReadOnlyDictionary{int, double}, double, double)"/>
    public static LinearConstraint AtMost(IReadOnlyDictionary<int, double> weights, double upper) => new(weights, double.NegativeInfinity, upper);

    /// <summary>Σ wᵢxᵢ ≥ lower.</summary>
    /// <inheritdoc cref="LinearConstraint(IReadOnlyDictionary{int, double}, double, double)"/>
    public static LinearConstraint AtLeast(IReadOnlyDictionary<int, double> weights, double lower) => new(weights, lower, double.PositiveInfinity);

    /// <summary>Σ wᵢxᵢ = value.</summary>
    /// <param name="weights">A weight, finite and not 0, for each feature of the sum, by its index in row-major order; at least one.</param>
    /// <param name="value">The sum, finite.</param>
    public static LinearConstraint Exactly(IReadOnlyDictionary<int, double> weights, double value) => new(weights, value, value);

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <param name="text">Such as <c>1*3-2*5&lt;=10</c>, with <c>&lt;=</c>, <c>&gt;=</c> or <c>=</c>, or between two limits.</param>
    /// <exception cref="FormatException">The text is something else.</exception>
    public static LinearConstraint Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var match = Form().Match(text);
        if (!match.Success)
        {
            throw Unreadable(Known);
        }

        var weights = new Dictionary<int, double>();
        foreach (Match term in Term().Matches(match.Groups["sum"].Value))
        {
            if (!int.TryParse(term.Groups["feature"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var feature)
                || !weights.TryAdd(feature, Value(term.Groups["weight"].Value)))
            {
                throw Unreadable($"each feature once, got {term.Groups["feature"].Value} again or too large");
            }
        }

        var limit = Value(match.Groups["limit"].Value);
        try
        {
            return (match.Groups["relation"].Value, match.Groups["lower"].Success) switch
            {
                ("<=", true) => new(weights, Value(match.Groups["lower"].Value), limit),
                ("<=", false) => AtMost(weights, limit),
                (">=", false) => AtLeast(weights, limit),
                ("=", false) => Exactly(weights, limit),
                _ => throw Unreadable(Known),
            };
        }
        catch (ArgumentException impossible)
        {
            throw new FormatException($"Impossible linear constraint '{text}'. {impossible.Message}", impossible);
        }

        double Value(string number) => double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture);
        FormatException Unreadable(string expected) => new($"Expected a linear constraint such as {expected}, got '{text}'.");
    }

    /// <inheritdoc/>
    public bool Equals(LinearConstraint? other) => other is not null && ToString() == other.ToString();

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public override string ToString()
    {
        var sum = string.Concat(_weights.Select((term, place) => string.Create(
            CultureInfo.InvariantCulture, $"{(place > 0 && term.Value > 0 ? "+" : "")}{term.Value}*{term.Key}")));
        return (Lower, Upper) switch
        {
            var (lower, upper) when lower == upper => FormattableString.Invariant($"{sum}={upper}"),
            (double.NegativeInfinity, var upper) => FormattableString.Invariant($"{sum}<={upper}"),
            (var lower, double.PositiveInfinity) => FormattableString.Invariant($"{sum}>={lower}"),
            var (lower, upper) => FormattableString.Invariant($"{lower}<={sum}<={upper}"),
        };
    }

    [GeneratedRegex(
        $@"^(?:(?<lower>[+-]?{Number})(?=<=.*<=)<=)?(?<sum>[+-]?{Number}\*\d+(?:[+-]{Number}\*\d+)*)(?<relation><=|>=|=)(?<limit>[+-]?{Number})$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Form();

    [GeneratedRegex($@"(?<weight>[+-]?{Number})\*(?<feature>\d+)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Term();
}
