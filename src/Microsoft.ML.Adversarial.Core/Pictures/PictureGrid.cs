using System.Globalization;
using Microsoft.ML.Adversarial.Networks;
using SkiaSharp;

namespace Microsoft.ML.Adversarial.Pictures;

/// <summary>
/// Tiles in rows and columns, with a title, headings, captions, and a scale bar where there are signed values: what all pictures of this
/// library look like.
/// </summary>
public sealed record PictureGrid
{
    private const int Margin = 16;
    private const int Gap = 12;
    private const int TextScale = 2;
    private const int Line = 18;
    private const int BarWidth = 240;
    private const int BarHeight = 12;
    private const int LargeTile = 96;

    private static readonly SKColor Edge = new(0xC8, 0xCC, 0xD4);

    /// <summary>Written above all, or empty for nothing. Default empty.</summary>
    public string Title { get; init; } = "";

    /// <summary>Written above the columns. Default none.</summary>
    public IReadOnlyList<string> Headings { get; init; } = [];

    /// <summary>The tiles, row by row; null for an empty place. Rows may be of different lengths. Default none.</summary>
    public IReadOnlyList<IReadOnlyList<PictureTile?>> Rows { get; init; } = [];

    /// <summary>Written below all, a line each. Default none.</summary>
    public IReadOnlyList<PictureCaption> Notes { get; init; } = [];

    /// <summary>What the signed values are, written beside their scale bar. Default <c>gradient</c>.</summary>
    public string SignedName { get; init; } = "gradient";

    /// <summary>
    /// Whether signed tiles share one scale, up to the largest absolute value of them all; otherwise each has its own, for values that cannot be
    /// compared. Default true.
    /// </summary>
    public bool SharesScale { get; init; } = true;

    /// <summary>The picture as a PNG file.</summary>
    public byte[] ToPng()
    {
        using var bitmap = Draw();
        using var png = Encode(bitmap);
        return png.ToArray();
    }

    /// <summary>Writes a PNG file; a file that is there is replaced once the new one is whole.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var bitmap = Draw();
        Save(bitmap, path);
    }

    /// <summary>Writes what was drawn as a PNG file.</summary>
    internal static void Save(SKBitmap bitmap, string path)
    {
        using var png = Encode(bitmap);
        WholeFile.Write(path, png.SaveTo);
    }

    // Training waits for it. Enlarged pixels repeat the line above: against that a third of the time at the same size.
    private static SKData Encode(SKBitmap bitmap)
    {
        using var pixels = bitmap.PeekPixels();
        return pixels.Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.Up, 1));
    }

    /// <summary>The picture; the caller disposes it.</summary>
    public SKBitmap Draw()
    {
        var tiles = Rows.SelectMany(row => row).OfType<PictureTile>().ToArray();
        var limit = tiles.Where(tile => tile.IsSigned).Select(tile => tile.Magnitude).DefaultIfEmpty().Max();
        var scale = tiles.Length == 0 ? 1 : Math.Max(1, LargeTile / tiles.Max(tile => Math.Max(tile.Size.Width, tile.Size.Height)));
        var columns = Enumerable.Range(0, Rows.Select(row => row.Count).Append(Headings.Count).Max()).Select(column => ColumnWidth(column, scale)).ToArray();
        var hasBar = limit > 0;
        var width = new[]
        {
            columns.Sum() + (Gap * Math.Max(0, columns.Length - 1)), PixelFont.Width(Title, TextScale),
            hasBar ? BarWidth + Gap + PixelFont.Width(SignedName, TextScale) : 0,
        }.Concat(Notes.Select(note => PixelFont.Width(note.Text, TextScale))).Max() + (2 * Margin);
        var header = Margin + (Title.Length > 0 ? Line + 6 : 0) + (Headings.Count > 0 ? Line : 0);
        var body = Rows.Sum(row => RowHeight(row, scale) + Gap);
        var height = header + body + (hasBar ? BarHeight + Line + Gap : 0) + (Notes.Count * Line) + Margin;

        var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(SKColors.White);
        var top = Margin;
        if (Title.Length > 0)
        {
            PixelFont.Draw(canvas, Title, Margin, top, TextScale, PictureTone.Plain.Colour());
            top += Line + 6;
        }

        DrawHeadings(canvas, columns, top);
        top = header;
        foreach (var row in Rows)
        {
            DrawRow(canvas, row, columns, top, scale, SharesScale ? limit : null);
            top += RowHeight(row, scale) + Gap;
        }

        if (hasBar)
        {
            DrawBar(canvas, top, limit);
            top += BarHeight + Line + Gap;
        }

        foreach (var note in Notes)
        {
            PixelFont.Draw(canvas, note.Text, Margin, top, TextScale, note.Tone.Colour());
            top += Line;
        }

        return bitmap;
    }

    private int ColumnWidth(int column, int scale)
    {
        var texts = Rows.Where(row => column < row.Count).SelectMany(row => row[column]?.Captions ?? []).Select(caption => caption.Text);
        var tiles = Rows.Where(row => column < row.Count).Select(row => (row[column]?.Size.Width ?? 0) * scale);
        return texts.Concat(Headings.Skip(column).Take(1)).Select(text => PixelFont.Width(text, TextScale)).Concat(tiles).DefaultIfEmpty().Max();
    }

    private static int RowHeight(IReadOnlyList<PictureTile?> row, int scale)
    {
        var tiles = row.OfType<PictureTile>().ToArray();
        return tiles.Length == 0 ? 0 : (tiles.Max(tile => tile.Size.Height) * scale) + 6 + (tiles.Max(tile => tile.Captions.Count) * Line);
    }

    private void DrawHeadings(SKCanvas canvas, int[] columns, int top)
    {
        var left = Margin;
        for (var column = 0; column < Headings.Count; column++)
        {
            PixelFont.DrawCentred(canvas, Headings[column], left, columns[column], top, TextScale, PictureTone.Faint.Colour());
            left += columns[column] + Gap;
        }
    }

    private static void DrawRow(SKCanvas canvas, IReadOnlyList<PictureTile?> row, int[] columns, int top, int scale, double? limit)
    {
        var tallest = row.OfType<PictureTile>().Select(tile => tile.Size.Height * scale).DefaultIfEmpty().Max();
        var left = Margin;
        for (var column = 0; column < row.Count; column++)
        {
            if (row[column] is { } tile)
            {
                DrawTile(canvas, tile, left, columns[column], top, scale, limit);
                for (var line = 0; line < tile.Captions.Count; line++)
                {
                    var caption = tile.Captions[line];
                    PixelFont.DrawCentred(
                        canvas, caption.Text, left, columns[column], top + tallest + 6 + (line * Line), TextScale, caption.Tone.Colour());
                }
            }

            left += columns[column] + Gap;
        }
    }

    private static void DrawTile(SKCanvas canvas, PictureTile tile, int left, int width, int top, int scale, double? limit)
    {
        var reach = limit ?? tile.Magnitude;
        using var picture = tile.Draw(reach > 0 ? reach : 1);
        var area = SKRect.Create(left + ((width - (picture.Width * scale)) / 2), top, picture.Width * scale, picture.Height * scale);
        canvas.DrawBitmap(picture, area);
        using var frame = new SKPaint
        {
            Color = tile.Frame?.Colour() ?? Edge, Style = SKPaintStyle.Stroke, StrokeWidth = tile.Frame is null ? 1 : 4,
        };
        var inset = tile.Frame is null ? 0.5f : 2;
        canvas.DrawRect(SKRect.Inflate(area, -inset, -inset), frame);
    }

    private void DrawBar(SKCanvas canvas, int top, double limit)
    {
        for (var x = 0; x < BarWidth; x++)
        {
            using var paint = new SKPaint { Color = DivergingColours.Of((2.0 * x / (BarWidth - 1)) - 1) };
            canvas.DrawRect(Margin + x, top, 1, BarHeight, paint);
        }

        var ink = PictureTone.Faint.Colour();
        var end = SharesScale ? limit.ToString("G2", CultureInfo.InvariantCulture) : "largest";
        PixelFont.Draw(canvas, $"-{end}", Margin, top + BarHeight + 4, TextScale, ink);
        PixelFont.DrawCentred(canvas, "0", Margin, BarWidth, top + BarHeight + 4, TextScale, ink);
        PixelFont.Draw(canvas, end, Margin + BarWidth - PixelFont.Width(end, TextScale), top + BarHeight + 4, TextScale, ink);
        PixelFont.Draw(canvas, SignedName, Margin + BarWidth + Gap, top - 1, TextScale, ink);
    }
}
