using Microsoft.ML.Adversarial.Pictures;
using SkiaSharp;

namespace FisherScores;

/// <summary>A histogram of each score over powers of ten: clean rows as an area, each attack as a line.</summary>
internal static class HistogramPicture
{
    private const int Bins = 48;
    private const int BinWidth = 10;
    private const int PanelWidth = Bins * BinWidth;
    private const int PanelHeight = 150;
    private const int Gap = 56;
    private const int Margin = 48;
    private const int Top = 104;
    private const int Pitch = PanelHeight + 84;
    private const int TextScale = 2;

    private static readonly SKColor s_ink = new(0x22, 0x26, 0x2E);
    private static readonly SKColor s_faint = new(0x7A, 0x80, 0x8C);
    private static readonly SKColor s_grid = new(0xE3, 0xE6, 0xEB);
    private static readonly SKColor s_clean = new(0xA9, 0xC4, 0xE8);
    private static readonly SKColor[] s_attacked = [new(0xE0, 0x82, 0x14), new(0xC6, 0x28, 0x28)];

    public static void Save(string path, IReadOnlyList<RowGroup> groups)
    {
        var lines = (Score.All.Count + 2) / 2;
        using var bitmap = new SKBitmap((2 * Margin) + (2 * PanelWidth) + Gap, Top + (lines * Pitch));
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Clear(SKColors.White);
            PixelFont.Draw(canvas, "Fisher information of clean and attacked digits, L∞ ε=0.1", Margin, 24, TextScale + 1, s_ink);
            for (var i = 0; i < Score.All.Count; i++)
                DrawPanel(canvas, Left(i), PanelTop(i), Score.All[i], groups);
            DrawLegend(canvas, Left(Score.All.Count), PanelTop(Score.All.Count), groups);
        }

        using var png = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        using var file = File.Create(path);
        png.SaveTo(file);
    }

    private static int Left(int panel) => Margin + (panel % 2 * (PanelWidth + Gap));

    private static int PanelTop(int panel) => Top + (panel / 2 * Pitch);

    private static void DrawPanel(SKCanvas canvas, int left, int top, Score score, IReadOnlyList<RowGroup> groups)
    {
        var (first, last) = Decades(score, groups);
        PixelFont.Draw(canvas, score.Name, left, top - 24, TextScale, s_ink);
        DrawAxis(canvas, left, top, first, last);

        var histograms = groups.Select(group => Histogram(group.Rows.Select(score.Of), first, last)).ToArray();
        var highest = histograms.Max(histogram => histogram.Max());
        using var area = new SKPaint { Color = s_clean };
        using var outline = Outline(histograms[0]);
        outline.LineTo(left + PanelWidth, top + PanelHeight);
        outline.LineTo(left, top + PanelHeight);
        outline.Close();
        canvas.DrawPath(outline, area);
        foreach (var (histogram, colour) in histograms.Skip(1).Zip(s_attacked))
        {
            using var line = new SKPaint { Color = colour, Style = SKPaintStyle.Stroke, StrokeWidth = 2, IsAntialias = true };
            using var steps = Outline(histogram);
            canvas.DrawPath(steps, line);
        }

        SKPath Outline(double[] histogram)
        {
            var path = new SKPath();
            for (var bin = 0; bin < Bins; bin++)
            {
                var height = (float)(top + PanelHeight - (histogram[bin] / highest * (PanelHeight - 6)));
                var start = left + (bin * BinWidth);
                if (bin == 0)
                    path.MoveTo(start, height);
                path.LineTo(start, height);
                path.LineTo(start + BinWidth, height);
            }

            return path;
        }
    }

    private static void DrawAxis(SKCanvas canvas, int left, int top, int first, int last)
    {
        using var grid = new SKPaint { Color = s_grid };
        using var axis = new SKPaint { Color = s_faint };
        var every = Math.Max(1, (int)Math.Ceiling((last - first) / 6.0));
        for (var decade = first; decade <= last; decade += every)
        {
            var x = left + (PanelWidth * (decade - first) / (last - first));
            canvas.DrawRect(x, top, 1, PanelHeight, grid);
            PixelFont.DrawCentred(canvas, $"1e{decade}", x - 40, 80, top + PanelHeight + 10, TextScale, s_faint);
        }

        canvas.DrawRect(left, top + PanelHeight, PanelWidth, 1, axis);
    }

    private static void DrawLegend(SKCanvas canvas, int left, int top, IReadOnlyList<RowGroup> groups)
    {
        for (var i = 0; i < groups.Count; i++)
        {
            var y = top + (i * 30);
            using var paint = new SKPaint { Color = i == 0 ? s_clean : s_attacked[i - 1] };
            canvas.DrawRect(left, i == 0 ? y - 3 : y + 5, 36, i == 0 ? 20 : 3, paint);
            PixelFont.Draw(canvas, groups[i].Name, left + 50, y, TextScale, s_ink);
        }

        var below = top + (groups.Count * 30) + 14;
        PixelFont.Draw(canvas, "Share of rows per bin. The first bin", left, below, TextScale, s_faint);
        PixelFont.Draw(canvas, "holds all smaller scores as well.", left, below + 22, TextScale, s_faint);
    }

    // The lowest hundredth may lie many powers of ten below the rest, or be 0.
    private static (int First, int Last) Decades(Score score, IReadOnlyList<RowGroup> groups)
    {
        float[] positive = [.. groups.SelectMany(group => group.Rows).Select(score.Of).Where(value => value > 0).Order()];
        return ((int)Math.Floor(Math.Log10(positive[positive.Length / 100])), (int)Math.Floor(Math.Log10(positive[^1])) + 1);
    }

    private static double[] Histogram(IEnumerable<float> scores, int first, int last)
    {
        var histogram = new double[Bins];
        foreach (var score in scores)
        {
            var position = (Math.Log10(score) - first) / (last - first) * Bins;
            histogram[(int)Math.Clamp(position, 0, Bins - 1)]++;
        }

        return histogram;
    }
}
