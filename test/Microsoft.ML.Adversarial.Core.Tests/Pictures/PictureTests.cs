using SkiaSharp;

namespace Microsoft.ML.Adversarial.Pictures;

[TestClass]
public sealed class PictureTests
{
    [TestMethod]
    public void AGreyImageStandsUprightAndAColourImageHasItsColours()
    {
        using var grey = PictureTile.Input([0, 0.5f, 1, 0.25f, 2, float.NaN], [1, 2, 3]).Draw(1);
        Assert.AreEqual((3, 2), (grey.Width, grey.Height));
        CollectionAssert.AreEqual(
            new byte[] { 0, 128, 255, 64, 255, 0 }, Enumerable.Range(0, 6).Select(index => grey.GetPixel(index % 3, index / 3).Green).ToArray());

        using var colour = PictureTile.Input([1, 0, -1, -1, 0, 1], [3, 1, 2], lower: -1, upper: 1).Draw(1);
        Assert.AreEqual(new SKColor(255, 0, 128), colour.GetPixel(0, 0));
        Assert.AreEqual(new SKColor(128, 0, 255), colour.GetPixel(1, 0));
    }

    [TestMethod]
    public void SignedTilesShareAScaleAndAddUpChannels()
    {
        using var tile = PictureTile.Signed([2, -4, 0, 8], [2, 2]).Draw(8);
        Assert.AreEqual(DivergingColours.Of(0.25), tile.GetPixel(0, 0));
        Assert.AreEqual(DivergingColours.Of(-0.5), tile.GetPixel(1, 0));
        Assert.AreEqual(new SKColor(247, 247, 247), tile.GetPixel(0, 1));
        Assert.AreEqual(new SKColor(103, 0, 31), tile.GetPixel(1, 1));

        var sums = PictureTile.Signed([1, 2, 10, 20, 100, -200], [3, 1, 2]);
        Assert.AreEqual(178, sums.Magnitude);
        using var summed = sums.Draw(178);
        Assert.AreEqual(DivergingColours.Of(111.0 / 178), summed.GetPixel(0, 0));
        Assert.AreEqual(new SKColor(5, 48, 97), summed.GetPixel(1, 0));

        // Only the larger tile reaches the end of the grid's scale.
        using var grid = new PictureGrid { Rows = [[PictureTile.Signed([1, -1, 1, -1], [2, 2]), PictureTile.Signed([4, 4, 4, 4], [2, 2])]] }.Draw();
        Assert.IsTrue(Has(grid, new SKColor(103, 0, 31)));
        Assert.IsTrue(Has(grid, DivergingColours.Of(-0.25)));
    }

    [TestMethod]
    public void OtherShapesAreBars()
    {
        using var bars = PictureTile.Input([0, 1, 0.5f, 1], [4]).Draw(1);
        Assert.AreEqual(28, bars.Width);
        Assert.AreEqual(SKColors.White, bars.GetPixel(3, bars.Height - 1), "a bar of 0");
        Assert.AreNotEqual(SKColors.White, bars.GetPixel(10, 0), "a bar of full height");
        Assert.AreEqual(SKColors.White, bars.GetPixel(17, 10), "above a bar of half the height");
        Assert.AreNotEqual(SKColors.White, bars.GetPixel(17, 20), "within a bar of half the height");

        using var signed = PictureTile.Signed([-1, 1], [2]).Draw(1);
        Assert.IsGreaterThan(signed.GetPixel(5, 20).Red, signed.GetPixel(5, 20).Blue, "below 0 is blue, under the middle");
        Assert.AreEqual(SKColors.White, signed.GetPixel(5, 5));
        Assert.IsGreaterThan(signed.GetPixel(20, 5).Blue, signed.GetPixel(20, 5).Red, "above 0 is red, over the middle");

        using var many = PictureTile.Input(Enumerable.Repeat(0.5f, 10_000).ToArray(), [100, 100, 1]).Draw(1);
        Assert.AreEqual(112, many.Width);
        Assert.AreEqual(SKColors.White, many.GetPixel(50, 10));
        Assert.AreNotEqual(SKColors.White, many.GetPixel(50, 20));
    }

    [TestMethod]
    public void AGridHasRoomForEverythingInIt()
    {
        var image = PictureTile.Input(new float[28 * 28], [1, 28, 28]) with
        {
            Captions = [new("a caption that is wider than the tile"), new("wrong", PictureTone.Wrong)], Frame = PictureTone.Flagged,
        };
        var grid = new PictureGrid
        {
            Title = "Título → 漢字", Headings = ["one", "two", "three"], Rows = [[image, null, image], [], [image]], Notes = [new("a note", PictureTone.Faint)],
        };
        using var picture = SKBitmap.Decode(grid.ToPng());
        Assert.IsGreaterThanOrEqualTo(2 * PixelFont.Width("a caption that is wider than the tile", 2), picture.Width);
        foreach (var tone in new[] { PictureTone.Plain, PictureTone.Faint, PictureTone.Wrong, PictureTone.Flagged })
        {
            Assert.IsTrue(Has(picture, tone.Colour()), $"{tone} is missing");
        }

        for (var edge = 0; edge < picture.Width; edge++)
        {
            Assert.AreEqual(SKColors.White, picture.GetPixel(edge, 0));
            Assert.AreEqual(SKColors.White, picture.GetPixel(edge, picture.Height - 1));
        }

        using var empty = new PictureGrid().Draw();
        Assert.IsGreaterThan(0, empty.Width);
    }

    [TestMethod]
    public void TextIsDrawnWhereItIsMeasured()
    {
        using var bitmap = new SKBitmap(200, 20);
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Clear(SKColors.White);
            Assert.AreEqual(5 + (6 * 2 * 2), PixelFont.Draw(canvas, "HH", 5, 3, 2, SKColors.Black));
        }

        var inked = Enumerable.Range(0, 200 * 20).Where(index => bitmap.GetPixel(index % 200, index / 200) == SKColors.Black).ToArray();
        Assert.AreEqual(5, inked.Min(index => index % 200));
        Assert.AreEqual(5 + PixelFont.Width("HH", 2) - 1, inked.Max(index => index % 200));
        Assert.AreEqual((3, 3 + 13), (inked.Min(index => index / 200), inked.Max(index => index / 200)));
        Assert.AreEqual(PixelFont.Width("e", 3), PixelFont.Width("é", 3));
        Assert.AreEqual(0, PixelFont.Width("", 3));
    }

    [TestMethod]
    public void WhatIsNoPictureIsRefused()
    {
        Assert.Contains("Expected 6 values", Assert.ThrowsExactly<ArgumentException>(() => PictureTile.Input(new float[5], [1, 2, 3])).Message);
        Assert.ThrowsExactly<ArgumentException>(() => PictureTile.Signed(new float[2], [3, 1, 2]));
        Assert.ThrowsExactly<ArgumentException>(() => PictureTile.Signed([], [0]));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => PictureTile.Input(new float[1], [1], lower: 1, upper: 1));
    }

    private static bool Has(SKBitmap picture, SKColor colour) =>
        Enumerable.Range(0, picture.Width * picture.Height).Any(index => picture.GetPixel(index % picture.Width, index / picture.Width) == colour);
}
