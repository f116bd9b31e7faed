using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Norms;

/// <summary>
/// A random stream per row, derived from one seed and the row's key: what a row draws does not depend on the batch it sits in, on other
/// rows, on the device or on global random state. The numbers are SplitMix64's (Steele, Lea &amp; Flood 2014): a torch generator per row would
/// cost as much as a gradient step.
/// </summary>
internal sealed class RowRandom
{
    private const ulong Increment = 0x9E3779B97F4A7C15;

    private readonly long _seed;
    private readonly long[] _rowKeys;
    private long _draw;

    public RowRandom(long seed, IReadOnlyList<long> rowKeys, long stream = 0)
    {
        _seed = seed;
        _rowKeys = [.. rowKeys];
        _draw = stream << 32;
    }

    /// <summary>The keys of rows that have none of their own: 0, 1, ….</summary>
    public static long[] FirstKeys(long rows) => [.. Enumerable.Range(0, checked((int)rows)).Select(row => (long)row)];

    /// <summary>The keys that were given for rows, or those of rows that have none; throws unless there is one per row.</summary>
    public static IReadOnlyList<long> RequireKeys(IReadOnlyList<long>? rowKeys, long rows) => rowKeys is null ? FirstKeys(rows)
        : rowKeys.Count == rows ? rowKeys
        : throw new ArgumentException($"Expected {rows} row keys, one per row, got {rowKeys.Count}.", nameof(rowKeys));

    /// <summary>Uniform in [lower, upper), in the shape, type and device of <paramref name="like"/>, whose rows are this object's.</summary>
    public Tensor Uniform(Tensor like, double lower, double upper)
    {
        // Attacks draw these at every query, and even what TorchSharp adds to a sum by itself, the scalar 1, may be freed while native code reads it.
        if (lower == 0 && upper == 1)
        {
            return Unit(like);
        }

        using var scope = TorchSharp.torch.NewDisposeScope();
        using Scalar width = upper - lower;
        using Scalar start = lower;
        return Unit(like).mul_(width).add_(start).MoveToOuterDisposeScope();
    }

    /// <summary>Uniform in (0, 1), for one of the rows, without a tensor.</summary>
    public void Uniform(int row, Span<float> numbers)
    {
        Fill(numbers, SeedOf(_rowKeys[row]));
        _draw++;
    }

    /// <summary>Standard normal, by the inverse of the error function.</summary>
    public Tensor Normal(Tensor like)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        return Unit(like).mul_(2).sub_(1).erfinv_().mul_(Math.Sqrt(2)).MoveToOuterDisposeScope();
    }

    /// <summary>The streams of some of the rows, which go on independently of this object.</summary>
    public RowRandom Select(IReadOnlyList<long> rows, long stream) => new(_seed, KeysOf(rows), stream);

    /// <summary>The keys of some of the rows.</summary>
    public IReadOnlyList<long> KeysOf(IReadOnlyList<long> rows) => [.. rows.Select(row => _rowKeys[row])];

    // Midpoints of 2²³ intervals: exact in float32, and never 0 or 1, where the normal would be infinite.
    private Tensor Unit(Tensor like)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        var values = empty(like.shape, dtype: ScalarType.Float32);
        var cells = MemoryMarshal.Cast<byte, float>(values.bytes);
        var perRow = cells.Length / _rowKeys.Length;
        for (var row = 0; row < _rowKeys.Length; row++)
        {
            Fill(cells.Slice(row * perRow, perRow), SeedOf(_rowKeys[row]));
        }

        _draw++;
        return values.to(like.dtype, like.device).MoveToOuterDisposeScope();
    }

    private static void Fill(Span<float> cells, ulong state)
    {
        var states = Vector512.Create(state) + (Vector512<ulong>.Indices * Increment);
        var blocks = MemoryMarshal.Cast<float, Vector256<float>>(cells);
        foreach (ref var block in blocks)
        {
            var numbers = Vector512.ConvertToDouble((Mix(states) >>> 41).AsInt64());
            block = (Vector512.Narrow(numbers, numbers).GetLower() + Vector256.Create(0.5f)) * (1f / (1 << 23));
            states += Vector512.Create(unchecked(Increment * (ulong)Vector512<ulong>.Count));
        }

        state += unchecked(Increment * (ulong)(blocks.Length * Vector256<float>.Count));
        foreach (ref var cell in cells[(blocks.Length * Vector256<float>.Count)..])
        {
            cell = ((int)(Mix(state) >> 41) + 0.5f) * (1f / (1 << 23));
            state += Increment;
        }
    }

    private ulong SeedOf(long rowKey) => Mix(Mix(Mix((ulong)_seed + Increment) ^ (ulong)rowKey) ^ (ulong)_draw);

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    private static Vector512<ulong> Mix(Vector512<ulong> values)
    {
        values = (values ^ (values >>> 30)) * 0xBF58476D1CE4E5B9;
        values = (values ^ (values >>> 27)) * 0x94D049BB133111EB;
        return values ^ (values >>> 31);
    }
}
