using Microsoft.ML.Adversarial.Pictures;
using Quickstart;

namespace ConfusingDigits;

/// <summary>Several answers to which pixels a reading comes from, side by side.</summary>
internal static class ExplanationPicture
{
    private static readonly long[] Shape = [1, Mnist.Size, Mnist.Size];

    public static PictureGrid Of(IEnumerable<ExplainedRow> rows) => new()
    {
        Title = "Which pixels?",
        Headings = ["digit", "gradient", "times input", "integrated", "SmoothGrad", "Fisher"],
        SignedName = "each tile on its own scale",
        SharesScale = false,
        Rows = [.. rows.Select(row => (IReadOnlyList<PictureTile?>)
        [
            PictureTile.Input(row.Features, Shape) with { Captions = [new($"reads {row.PredictedLabel - 1}")] },
            PictureTile.Signed(row.Gradient, Shape),
            PictureTile.Signed(row.Product, Shape),
            PictureTile.Signed(row.Integrated, Shape),
            PictureTile.Signed(row.Smooth, Shape),
            PictureTile.Signed(row.FisherSensitivity, Shape),
        ])],
    };
}
