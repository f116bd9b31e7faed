using SkiaSharp;

namespace Quickstart;

/// <summary>A picture of the attacks: a row per digit; its image, and for each attack the change and the image that comes of it.</summary>
internal static class AttackPicture
{
    private const int Scale = 4;
    private const int Tile = Mnist.Size * Scale;
    private const int Gap = 6;
    private const int GroupGap = 22;
    private const int Margin = 28;
    private const int Caption = 32;
    private const int Header = 118;
    private const int Footer = 74;
    private const int TextScale = 2;

    private static readonly SKColor Ink = new(0x22, 0x26, 0x2E);
    private static readonly SKColor Faint = new(0x7A, 0x80, 0x8C);
    private static readonly SKColor Right = new(0x1B, 0x7F, 0x4B);
    private static readonly SKColor Wrong = new(0xC6, 0x28, 0x28);
    private static readonly SKColor Flag = new(0xF5, 0x9E, 0x0B);

    public static void Save(string path, Measurement clean, IReadOnlyList<Measurement> attacked)
    {
        int width = (2 * Margin) + Tile + (attacked.Count * (GroupGap + (2 * Tile) + Gap));
        int height = Header + (Mnist.Digits * (Tile + Caption)) + Footer;
        using var bitmap = new SKBitmap(width, height);
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Clear(SKColors.White);
            DrawHeadings(canvas, attacked);
            for (int digit = 0; digit < Mnist.Digits; digit++)
                DrawDigit(canvas, digit, clean, attacked);
            DrawLegend(canvas, height - Footer + 12);
        }

        using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        using FileStream file = File.Create(path);
        png.SaveTo(file);
    }

    private static int Left(int attack) => Margin + Tile + GroupGap + (attack * ((2 * Tile) + Gap + GroupGap));

    private static void DrawHeadings(SKCanvas canvas, IReadOnlyList<Measurement> attacked)
    {
        TinyFont.Draw(canvas, "Digits under attack: what changes, and what the network reads", Margin, 24, TextScale + 1, Ink);
        TinyFont.DrawCentred(canvas, "clean", Margin, Tile, 92, TextScale, Faint);
        for (int i = 0; i < attacked.Count; i++)
        {
            TinyFont.DrawCentred(canvas, $"{attacked[i].Name} L∞ ε={attacked[i].Epsilon}", Left(i), (2 * Tile) + Gap, 66, TextScale, Ink);
            TinyFont.DrawCentred(canvas, "change", Left(i), Tile, 92, TextScale, Faint);
            TinyFont.DrawCentred(canvas, "attacked", Left(i) + Tile + Gap, Tile, 92, TextScale, Faint);
        }
    }

    private static void DrawDigit(SKCanvas canvas, int digit, Measurement clean, IReadOnlyList<Measurement> attacked)
    {
        int top = Header + (digit * (Tile + Caption));
        for (int i = 0; i < attacked.Count; i++)
        {
            if (attacked[i].Examples[digit] is not AttackedRow row)
                continue;
            if (i == 0)
                DrawTile(canvas, Margin, top, clean.Examples[digit], pixel => row.CleanFeatures[pixel]);

            // No change is mid-grey, a change of ε up or down is white or black.
            double range = 2 * attacked[i].Epsilon;
            DrawTile(canvas, Left(i), top, null, pixel => 0.5 + ((row.AdversarialFeatures[pixel] - row.CleanFeatures[pixel]) / range));
            DrawTile(canvas, Left(i) + Tile + Gap, top, row, pixel => row.AdversarialFeatures[pixel]);
        }
    }

    private static void DrawTile(SKCanvas canvas, int left, int top, ScoredRow? row, Func<int, double> brightness)
    {
        using var tile = new SKBitmap(Mnist.Size, Mnist.Size);
        for (int pixel = 0; pixel < Mnist.Pixels; pixel++)
        {
            byte grey = (byte)Math.Round(255 * Math.Clamp(brightness(pixel), 0, 1));
            tile.SetPixel(pixel % Mnist.Size, pixel / Mnist.Size, new SKColor(grey, grey, grey));
        }

        canvas.DrawBitmap(tile, SKRect.Create(left, top, Tile, Tile));
        if (row is null)
            return;
        if (row.IsAdversarial)
            DrawFrame(canvas, left, top);
        SKColor colour = row.IsRight ? Right : Wrong;
        TinyFont.DrawCentred(canvas, $"{row.Digit} → {row.PredictedDigit}", left, Tile, top + Tile + 5, TextScale, colour);
    }

    private static void DrawFrame(SKCanvas canvas, int left, int top)
    {
        using var paint = new SKPaint { Color = Flag, Style = SKPaintStyle.Stroke, StrokeWidth = 4 };
        canvas.DrawRect(SKRect.Create(left + 2, top + 2, Tile - 4, Tile - 4), paint);
    }

    private static void DrawLegend(SKCanvas canvas, int top)
    {
        int left = TinyFont.Draw(canvas, "label → prediction: ", Margin, top, TextScale, Faint);
        left = TinyFont.Draw(canvas, "right", left, top, TextScale, Right);
        left = TinyFont.Draw(canvas, " or ", left, top, TextScale, Faint);
        left = TinyFont.Draw(canvas, "wrong", left, top, TextScale, Wrong);
        left = TinyFont.Draw(canvas, ".  ", left, top, TextScale, Faint);
        left = TinyFont.Draw(canvas, "Orange frame", left, top, TextScale, Flag);
        TinyFont.Draw(canvas, ": flagged as adversarial.", left, top, TextScale, Faint);
        TinyFont.Draw(canvas, "Change: white is +ε, grey is none, black is -ε.", Margin, top + 24, TextScale, Faint);
    }
}
