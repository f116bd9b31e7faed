using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.DecisionBased;

/// <summary>
/// Where decision-based attacks walk: the features that may change, in the units of each one's budget, in double precision and main memory.
/// </summary>
internal sealed class DecisionSpace
{
    private readonly AttackContext<IClassifier> _context;
    private readonly Tensor _features;
    private readonly Tensor _originals;
    private readonly Tensor? _starts;

    public DecisionSpace(AttackContext<IClassifier> context)
    {
        _context = context;
        _originals = context.Units.Of(context.Originals.to(ScalarType.Float64)).flatten(1);
        _starts = context.Starts is { } starts ? context.Units.Of(starts.to(ScalarType.Float64, _originals.device)).flatten(1) : null;
        var (lower, upper) = context.Units.Bounds<double>((int)_originals.shape[1]);
        bool[] isWide = [.. lower.Zip(upper, (least, greatest) => least < greatest)];
        using var free = context.Units.Free(tensor(isWide, device: _originals.device).unsqueeze(0));
        _features = free.flatten().nonzero().flatten();
        var places = _features.cpu().data<long>().ToArray();
        Lower = [.. places.Select(place => lower[place])];
        Upper = [.. places.Select(place => upper[place])];
        Norm = new(context.ThreatModel.Norm.Order);
    }

    /// <summary>How many points a row asks about at once: memory, not results, depends on it.</summary>
    public int Block => Math.Clamp((1 << 18) / Features, 1, 32);

    /// <summary>How many points go to the classifier at once.</summary>
    public int Batch => Math.Clamp((1 << 23) / Features, 1, 1024);

    /// <summary>How many features may change.</summary>
    public int Features => Lower.Length;

    /// <summary>Their lower bounds; −∞ is possible.</summary>
    public double[] Lower { get; }

    /// <summary>Their upper bounds; +∞ is possible.</summary>
    public double[] Upper { get; }

    /// <summary>How sizes are measured.</summary>
    public DecisionNorm Norm { get; }

    /// <summary>The values of a row as it came.</summary>
    public double[] Origin(long row) => Row(_originals, row);

    /// <summary>The values that the caller proposes for a row to start from; null: none.</summary>
    public double[]? Proposed(long row) => _starts is null ? null : Row(_starts, row);

    /// <summary>Moves a point into the bounds and to the nearest one that inputs can express, in place.</summary>
    public void Settle(double[] point)
    {
        var isSingle = _context.Originals.dtype == ScalarType.Float32;
        for (var feature = 0; feature < point.Length; feature++)
        {
            var value = point[feature];
            value = value < Lower[feature] ? Lower[feature] : value > Upper[feature] ? Upper[feature] : value;
            point[feature] = isSingle ? (float)value : value;
        }
    }

    /// <summary>The valid inputs that are nearest to points.</summary>
    /// <param name="points">Points, one after the other.</param>
    /// <param name="rows">Which of the context's rows each belongs to.</param>
    /// <returns>Shape [points, …].</returns>
    public Tensor Inputs(double[] points, long[] rows)
    {
        using var scope = NewDisposeScope();
        var changed = tensor(points, [rows.Length, Features], device: _originals.device);
        var whole = Features == _originals.shape[1]
            ? changed
            : _originals.index_select(0, tensor(rows, device: _originals.device)).index_copy_(1, _features, changed);
        long[] shape = [rows.Length, .. _context.Originals.shape[1..]];
        return _context.NearestValid(_context.Units.Undo(whole.reshape(shape)).to(_context.Originals.dtype)).MoveToOuterDisposeScope();
    }

    /// <summary>Whether inputs are the points that they were made of; constraints may move them.</summary>
    public bool ArePoints => _context.Units.ArePlain;

    /// <summary>The points that inputs stand for.</summary>
    public IEnumerable<double[]> Points(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        var points = _context.Units.Of(inputs.to(ScalarType.Float64)).flatten(1).index_select(1, _features);
        return points.cpu().data<double>().ToArray().Chunk(Features);
    }

    private double[] Row(Tensor values, long row)
    {
        using var scope = NewDisposeScope();
        return values[row].index_select(0, _features).cpu().data<double>().ToArray();
    }
}
