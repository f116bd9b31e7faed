using System.Numerics;

namespace Microsoft.ML.Adversarial.Attacks.RandomSearch;

/// <summary>Columns of ±ε to start with, then squares of ±ε, one sign per channel: corners of the ball break most (section 4.3).</summary>
internal sealed class LInfinitySquares<T>(double epsilon, ImageShape shape, T[] lower, T[] upper) : SquareProposal<T>(shape)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T _epsilon = T.CreateChecked(epsilon);

    public override int StartDraws => Shape.Channels * Shape.Width;

    public override int StepDraws => 2 + Shape.Channels;

    public override void Start(Span<T> point, ReadOnlySpan<T> origin, Draws draws)
    {
        for (var channel = 0; channel < Shape.Channels; channel++)
        {
            for (var column = 0; column < Shape.Width; column++)
            {
                Fill(point, origin, channel, (0, column), (Shape.Height, 1), draws.Sign());
            }
        }
    }

    public override void Step(Span<T> point, ReadOnlySpan<T> origin, double share, Draws draws)
    {
        var window = Shape.Window(share, smallest: 1, isOdd: false);
        var corner = (draws.Below(Shape.Height - window.Height + 1), draws.Below(Shape.Width - window.Width + 1));
        for (var channel = 0; channel < Shape.Channels; channel++)
        {
            Fill(point, origin, channel, corner, window, draws.Sign());
        }
    }

    private void Fill(Span<T> point, ReadOnlySpan<T> origin, int channel, (int Row, int Column) corner, (int Height, int Width) window, int sign)
    {
        var change = sign < 0 ? -_epsilon : _epsilon;
        for (var row = corner.Row; row < corner.Row + window.Height; row++)
        {
            var first = Shape.Offset(channel, row, corner.Column);
            for (var feature = first; feature < first + window.Width; feature++)
            {
                point[feature] = T.Clamp(origin[feature] + change, lower[feature], upper[feature]);
            }
        }
    }
}
