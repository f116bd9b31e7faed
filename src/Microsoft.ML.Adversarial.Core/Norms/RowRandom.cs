using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Norms;

/// <summary>
/// A random stream per row, derived from one seed and the row's key: what a row draws does not depend on the batch it sits in, on other
/// rows or on global random state.
/// </summary>
internal sealed class RowRandom
{
    private readonly long _seed;
    private readonly long[] _rowKeys;
    private long _draw;

    public RowRandom(long seed, IReadOnlyList<long> rowKeys, long stream = 0)
    {
        _seed = seed;
        _rowKeys = [.. rowKeys];
        _draw = stream << 32;
    }

    public Tensor Uniform(Tensor like, double lower, double upper) => Fill(like, (row, generator) => row.uniform_(lower, upper, generator));

    public Tensor Normal(Tensor like) => Fill(like, (row, generator) => row.normal_(0, 1, generator));

    /// <summary>The streams of some of the rows, which go on independently of this object.</summary>
    public RowRandom Select(IReadOnlyList<long> rows, long stream) => new(_seed, [.. rows.Select(row => _rowKeys[row])], stream);

    private Tensor Fill(Tensor like, Action<Tensor, Generator> fill)
    {
        // Drawn on the CPU, so that a GPU sees the same numbers.
        using var values = empty(like.shape, dtype: like.dtype);
        for (var row = 0; row < _rowKeys.Length; row++)
        {
            using var scope = NewDisposeScope();
            using var generator = new Generator(SeedOf(_rowKeys[row]));
            fill(values[row], generator);
        }

        _draw++;
        return values.to(like.device, copy: true);
    }

    private ulong SeedOf(long rowKey) => Mix(Mix(Mix((ulong)_seed) ^ (ulong)rowKey) ^ (ulong)_draw);

    // SplitMix64 (Steele et al. 2014): neighbouring rows get unrelated seeds.
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
