using System.Numerics;

namespace Microsoft.ML.Adversarial.Attacks.RandomSearch;

/// <summary>
/// Bumps all over the image to start with; then the budget that one window holds moves into a bump in another (arXiv:1912.00049, section 4.4
/// and algorithm 3).
/// </summary>
internal abstract class BumpSquares<T> : SquareProposal<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int TilesPerSide = 5;
    private const double Smallest = 1e-12;

    private readonly Bump _bump;
    private readonly double[] _change;
    private readonly (int Height, int Width) _tile;
    private readonly (int First, int Count) _tileRows;
    private readonly (int First, int Count) _tileColumns;

    /// <param name="shape">Where the features lie.</param>
    /// <param name="power">How fast a bump falls off.</param>
    protected BumpSquares(ImageShape shape, int power)
        : base(shape)
    {
        _bump = new(power, values => Length(values));
        _change = new double[shape.Features];
        _tile = shape.Window(1.0 / (TilesPerSide * (shape.IsLine ? 1 : TilesPerSide)), smallest: 1, isOdd: false);
        _tileRows = Tiles(shape.Height, _tile.Height);
        _tileColumns = Tiles(shape.Width, _tile.Width);
    }

    public override int StartDraws => _tileRows.Count * _tileColumns.Count * (1 + Shape.Channels);

    public override int StepDraws => 5 + Shape.Channels;

    public override void Start(Span<T> point, ReadOnlySpan<T> origin, Draws draws)
    {
        Array.Clear(_change);
        for (var row = 0; row < _tileRows.Count; row++)
        {
            for (var column = 0; column < _tileColumns.Count; column++)
            {
                var corner = (_tileRows.First + (row * _tile.Height), _tileColumns.First + (column * _tile.Width));
                var bump = _bump.Of(_tile.Height, _tile.Width, sideBySide: draws.Sign() < 0);
                for (var channel = 0; channel < Shape.Channels; channel++)
                {
                    Write(channel, corner, _tile, bump, draws.Sign());
                }
            }
        }

        Apply(_change, point, origin);
    }

    public override void Step(Span<T> point, ReadOnlySpan<T> origin, double share, Draws draws)
    {
        for (var feature = 0; feature < _change.Length; feature++)
        {
            _change[feature] = double.CreateChecked(point[feature] - origin[feature]);
        }

        var window = Shape.Window(share, smallest: 3, isOdd: true);
        var receiver = Corner(window, ref draws);
        var giver = Corner(window, ref draws);
        var bump = _bump.Of(window.Height, window.Width, sideBySide: draws.Sign() < 0);
        var used = Length(_change);
        for (var channel = 0; channel < Shape.Channels; channel++)
        {
            var change = Take(channel, receiver, window);
            var freed = Length([.. change, .. Take(channel, giver, window)]);
            var (scale, sign) = (1 / (Smallest + Length(change)), draws.Sign());
            for (var place = 0; place < change.Length; place++)
            {
                change[place] = (change[place] * scale) + (sign * bump[place]);
            }

            Write(channel, receiver, window, change, Budget(used, freed) / (Smallest + Length(change)));
        }

        Apply(_change, point, origin);
    }

    /// <summary>The length of a change in the norm.</summary>
    protected abstract double Length(ReadOnlySpan<double> values);

    /// <summary>How long the new change of a channel's window may be.</summary>
    /// <param name="used">Length of the whole change so far.</param>
    /// <param name="freed">Length of what the channel's two windows held.</param>
    protected abstract double Budget(double used, double freed);

    /// <summary>Makes a point within the ball and the bounds of a change.</summary>
    protected abstract void Apply(ReadOnlySpan<double> change, Span<T> point, ReadOnlySpan<T> origin);

    private static (int First, int Count) Tiles(int length, int tile) => (length % tile / 2, length / tile);

    private (int Row, int Column) Corner((int Height, int Width) window, ref Draws draws) =>
        (draws.Below(Shape.Height - window.Height + 1), draws.Below(Shape.Width - window.Width + 1));

    private Span<double> Line(int channel, (int Row, int Column) corner, (int Height, int Width) window, int row) =>
        _change.AsSpan(Shape.Offset(channel, corner.Row + row, corner.Column), window.Width);

    // Reads a window and leaves zeros.
    private double[] Take(int channel, (int Row, int Column) corner, (int Height, int Width) window)
    {
        var values = new double[window.Height * window.Width];
        for (var row = 0; row < window.Height; row++)
        {
            var line = Line(channel, corner, window, row);
            line.CopyTo(values.AsSpan(row * window.Width));
            line.Clear();
        }

        return values;
    }

    private void Write(int channel, (int Row, int Column) corner, (int Height, int Width) window, double[] values, double scale)
    {
        for (var row = 0; row < window.Height; row++)
        {
            var line = Line(channel, corner, window, row);
            for (var column = 0; column < line.Length; column++)
            {
                line[column] = values[(row * window.Width) + column] * scale;
            }
        }
    }
}
