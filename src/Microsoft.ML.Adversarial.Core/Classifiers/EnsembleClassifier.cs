using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Classifiers;

/// <summary>
/// Several classifiers as one, whose logits are the weighted mean of theirs (Dong et al. 2018, arXiv:1710.06081, equation 10): what fools it
/// transfers better to others than what fools any one of them.
/// </summary>
public sealed class EnsembleClassifier : IDifferentiableClassifier, IQueryCounter
{
    private readonly IDifferentiableClassifier[] _members;
    private readonly double[] _weights;
    private long _queryCount;

    /// <summary>All members count the same.</summary>
    /// <param name="members">At least one; of the same input shape, classes, bounds, element type and device. The caller keeps owning them.</param>
    /// <exception cref="ArgumentException">There is none, or they do not fit together; says in what.</exception>
    public EnsembleClassifier(IReadOnlyList<IDifferentiableClassifier> members)
        : this(members, [.. Enumerable.Repeat(1.0, members?.Count ?? 0)])
    {
    }

    /// <summary>Members count by weights.</summary>
    /// <param name="members">At least one; of the same input shape, classes, bounds, element type and device. The caller keeps owning them.</param>
    /// <param name="weights">One per member, above 0 and finite; only their proportions matter.</param>
    /// <exception cref="ArgumentException">There is none, or they do not fit together; says in what.</exception>
    public EnsembleClassifier(IReadOnlyList<IDifferentiableClassifier> members, IReadOnlyList<double> weights)
    {
        ArgumentNullException.ThrowIfNull(members);
        ArgumentNullException.ThrowIfNull(weights);
        if (members.Count == 0 || weights.Count != members.Count)
        {
            throw new ArgumentException($"Expected at least one member and a weight for each, got {members.Count} and {weights.Count}.", nameof(members));
        }

        if (weights.FirstOrDefault(weight => !(weight > 0 && double.IsFinite(weight)), 1) is var wrong and not 1)
        {
            throw new ArgumentException($"Expected weights > 0 and finite, got {wrong}.", nameof(weights));
        }

        _members = [.. members];
        _weights = [.. weights.Select(weight => weight / weights.Sum())];
        RequireSame("input shapes", member => string.Join("×", member.InputShape));
        RequireSame("numbers of classes", member => member.ClassCount.ToString(System.Globalization.CultureInfo.InvariantCulture));
        RequireSame("bounds", member => string.Join(" ", member.Bounds.Lower.Concat(member.Bounds.Upper)));
        RequireSame("element types", member => member.ElementType.ToString());
        RequireSame("devices", member => member.Device.ToString());
    }

    /// <inheritdoc/>
    public IReadOnlyList<long> InputShape => _members[0].InputShape;

    /// <inheritdoc/>
    public int ClassCount => _members[0].ClassCount;

    /// <inheritdoc/>
    public InputBounds Bounds => _members[0].Bounds;

    /// <inheritdoc/>
    public ScalarType ElementType => _members[0].ElementType;

    /// <inheritdoc/>
    public Device Device => _members[0].Device;

    /// <inheritdoc/>
    public long QueryCount => Interlocked.Read(ref _queryCount);

    /// <inheritdoc/>
    public Tensor Logits(Tensor inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        Interlocked.Add(ref _queryCount, inputs.size(0));
        using var scope = TorchSharp.torch.NewDisposeScope();
        return _members.Zip(_weights).Select(pair => pair.First.Logits(inputs) * pair.Second)
            .Aggregate((sum, logits) => sum + logits).MoveToOuterDisposeScope();
    }

    private void RequireSame(string what, Func<IDifferentiableClassifier, string> of)
    {
        var values = _members.Select(of).Distinct().ToArray();
        if (values.Length > 1)
        {
            throw new ArgumentException($"Expected members of an ensemble with the same {what}, got {string.Join(" and ", values)}.", "members");
        }
    }
}
