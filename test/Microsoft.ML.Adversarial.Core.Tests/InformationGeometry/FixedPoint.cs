using System.Numerics;

namespace Microsoft.ML.Adversarial.InformationGeometry;

/// <summary>Numbers with 150 decimals: an oracle may use the textbook formula and keep the digits that cancel in float64.</summary>
internal readonly record struct FixedPoint(BigInteger Scaled)
{
    private const int Bits = 500;

    private static readonly BigInteger s_one = BigInteger.One << Bits;

    public static implicit operator FixedPoint(double value) => FromDouble(value);

    public static FixedPoint operator +(FixedPoint left, FixedPoint right) => new(left.Scaled + right.Scaled);

    public static FixedPoint operator -(FixedPoint left, FixedPoint right) => new(left.Scaled - right.Scaled);

    public static FixedPoint operator *(FixedPoint left, FixedPoint right) => new((left.Scaled * right.Scaled) >> Bits);

    public static FixedPoint operator /(FixedPoint left, FixedPoint right) => new((left.Scaled << Bits) / right.Scaled);

    public static FixedPoint Sum(IEnumerable<FixedPoint> terms) => terms.Aggregate((FixedPoint)0.0, (sum, term) => sum + term);

    /// <summary>The series at x/2¹⁶, squared sixteen times.</summary>
    public static FixedPoint Exp(FixedPoint x)
    {
        const int Halvings = 16;
        var small = new FixedPoint(x.Scaled >> Halvings);
        var (sum, term) = ((FixedPoint)1.0, (FixedPoint)1.0);
        for (var power = 1; !term.Scaled.IsZero && !(term.Scaled + 1).IsZero && power < 400; power++)
        {
            term = new((term * small).Scaled / power);
            sum += term;
        }

        return Enumerable.Range(0, Halvings).Aggregate(sum, (value, _) => value * value);
    }

    /// <summary>Halley's iteration on exp, which triples the number of digits each time.</summary>
    public static FixedPoint Log(FixedPoint x)
    {
        FixedPoint logarithm = Math.Log((double)x);
        for (var round = 0; round < 4; round++)
        {
            var value = Exp(logarithm);
            logarithm += (FixedPoint)2.0 * (x - value) / (x + value);
        }

        return logarithm;
    }

    public static explicit operator double(FixedPoint value)
    {
        // The ratio of two integers, with as many digits as a double holds.
        var excess = Math.Max(0, (int)value.Scaled.GetBitLength() - 60);
        return Math.ScaleB((double)(value.Scaled >> excess), excess - Bits);
    }

    private static FixedPoint FromDouble(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)((bits >> 52) & 0x7FF);
        var mantissa = (bits & 0xFFFFFFFFFFFFF) | (exponent == 0 ? 0 : 1L << 52);
        var shift = Bits + Math.Max(exponent, 1) - 1075;
        var scaled = shift >= 0 ? new BigInteger(mantissa) << shift : new BigInteger(mantissa) >> -shift;
        return new(bits < 0 ? -scaled : scaled);
    }
}
