namespace Microsoft.ML.Adversarial.Trees;

/// <summary>
/// The box of a leaf tuple, the intersection of its leaves' boxes, and what it is without any one of them: for each end of each interval the
/// tightest demand, whose it is, and the next one.
/// </summary>
internal sealed class TupleBounds(EvasionRow row)
{
    private const int Nobody = -1;

    private readonly float[] _nextLower = new float[row.Features];
    private readonly float[] _nextUpper = new float[row.Features];
    private readonly int[] _lowerHolder = new int[row.Features];
    private readonly int[] _upperHolder = new int[row.Features];

    public float[] Lower { get; } = new float[row.Features];

    public float[] Upper { get; } = new float[row.Features];

    public void Clear()
    {
        row.Lower.CopyTo(Lower, 0);
        row.Lower.CopyTo(_nextLower, 0);
        row.Upper.CopyTo(Upper, 0);
        row.Upper.CopyTo(_nextUpper, 0);
        Array.Fill(_lowerHolder, Nobody);
        Array.Fill(_upperHolder, Nobody);
    }

    /// <summary>Adds the leaf of one tree, each tree once.</summary>
    public void Add(int tree, LeafPath path)
    {
        for (var index = 0; index < path.Features.Length; index++)
        {
            var (feature, lower, upper) = (path.Features[index], path.Lower[index], path.Upper[index]);
            if (lower > Lower[feature])
            {
                (_nextLower[feature], Lower[feature], _lowerHolder[feature]) = (Lower[feature], lower, tree);
            }
            else
            {
                _nextLower[feature] = Math.Max(_nextLower[feature], lower);
            }

            if (upper < Upper[feature])
            {
                (_nextUpper[feature], Upper[feature], _upperHolder[feature]) = (Upper[feature], upper, tree);
            }
            else
            {
                _nextUpper[feature] = Math.Min(_nextUpper[feature], upper);
            }
        }
    }

    /// <summary>The one tree that keeps a feature from its own value; −1 where several do.</summary>
    public int Holder(int feature, bool isAbove) => isAbove
        ? _nextLower[feature] < Lower[feature] ? _lowerHolder[feature] : Nobody
        : _nextUpper[feature] > Upper[feature] ? _upperHolder[feature] : Nobody;

    /// <summary>A feature's interval without one tree's demand.</summary>
    public (float Lower, float Upper) Without(int tree, int feature) => (
        _lowerHolder[feature] == tree ? _nextLower[feature] : Lower[feature],
        _upperHolder[feature] == tree ? _nextUpper[feature] : Upper[feature]);
}
