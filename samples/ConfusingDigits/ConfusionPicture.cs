using Microsoft.ML.Adversarial.Pictures;
using Quickstart;

namespace ConfusingDigits;

/// <summary>Digits between two classes: a row each, with the gradients of both logits and the digit moved along each.</summary>
internal static class ConfusionPicture
{
    private static readonly long[] Shape = [1, Mnist.Size, Mnist.Size];

    public static PictureGrid Of(string title, IEnumerable<ConfusingRow> rows) => new()
    {
        Title = title,
        Headings = ["digit", "gradient of z1", "gradient of z2", "towards class 1", "towards class 2"],
        SignedName = "gradient, per unit of brightness",
        Rows = [.. rows.Select(row => (IReadOnlyList<PictureTile?>)
        [
            PictureTile.Input(row.Features, Shape) with
            {
                Captions =
                [
                    new($"label {row.Digit}", row.Digit == row.First ? PictureTone.Right : PictureTone.Wrong),
                    new(FormattableString.Invariant($"z({row.First})={row.Logits[row.First]:F1} z({row.Second})={row.Logits[row.Second]:F1}")),
                ],
            },
            PictureTile.Signed(row.FirstGradient, Shape) with { Captions = [new($"∂z({row.First})/∂x")] },
            PictureTile.Signed(row.SecondGradient, Shape) with { Captions = [new($"∂z({row.Second})/∂x")] },
            PictureTile.Input(row.TowardsFirst, Shape) with { Captions = [new($"towards {row.First}")] },
            PictureTile.Input(row.TowardsSecond, Shape) with { Captions = [new($"towards {row.Second}")] },
        ])],
    };
}
