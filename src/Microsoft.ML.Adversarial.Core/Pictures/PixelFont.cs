using System.Globalization;
using System.Text;
using SkiaSharp;

namespace Microsoft.ML.Adversarial.Pictures;

/// <summary>
/// Letters of 5 × 7 dots, for captions: a server may have no fonts at all. Knows ASCII and a few mathematical signs; other letters lose their
/// accents, or become a question mark.
/// </summary>
public static class PixelFont
{
    private const int Columns = 5;
    private const int Rows = 7;
    private const int Pitch = Columns + 1;

    // A byte per column from left to right; its lowest bit is the top row.
    private static readonly Dictionary<char, ulong> Glyphs = new()
    {
        [' '] = 0x0000000000, ['!'] = 0x00005F0000, ['"'] = 0x0007000700, ['#'] = 0x147F147F14, ['$'] = 0x242A7F2A12, ['%'] = 0x2313086462,
        ['&'] = 0x3649562050, ['\''] = 0x0008070300, ['('] = 0x001C224100, [')'] = 0x0041221C00, ['*'] = 0x2A1C7F1C2A, ['+'] = 0x08083E0808,
        [','] = 0x0050300000, ['-'] = 0x0808080808, ['.'] = 0x0060600000, ['/'] = 0x2010080402, [':'] = 0x0036360000, [';'] = 0x0056360000,
        ['<'] = 0x0008142241, ['='] = 0x1414141414, ['>'] = 0x4122140800, ['?'] = 0x0201590906, ['@'] = 0x3E415D594E, ['['] = 0x007F414100,
        ['\\'] = 0x0204081020, [']'] = 0x0041417F00, ['^'] = 0x0402010204, ['_'] = 0x4040404040, ['`'] = 0x0003070800, ['{'] = 0x0008364100,
        ['|'] = 0x0000770000, ['}'] = 0x0041360800, ['~'] = 0x0201020402,
        ['→'] = 0x08082A1C08, ['∞'] = 0x1824182418, ['ε'] = 0x0028545444, ['∂'] = 0x3049494A3C, ['×'] = 0x2214081422, ['·'] = 0x0000080000,
        ['°'] = 0x0006090600, ['±'] = 0x44445F4444, ['Δ'] = 0x6058465860, ['σ'] = 0x3844443C04, ['‖'] = 0x007F007F00, ['−'] = 0x0808080808,
        ['…'] = 0x4000400040,
        ['0'] = 0x3E5149453E, ['1'] = 0x00427F4000, ['2'] = 0x4261514946, ['3'] = 0x2141454B31, ['4'] = 0x1814127F10,
        ['5'] = 0x2745454539, ['6'] = 0x3C4A494930, ['7'] = 0x0171090503, ['8'] = 0x3649494936, ['9'] = 0x064949291E,
        ['A'] = 0x7E1111117E, ['B'] = 0x7F49494936, ['C'] = 0x3E41414122, ['D'] = 0x7F4141221C, ['E'] = 0x7F49494941,
        ['F'] = 0x7F09090901, ['G'] = 0x3E4149497A, ['H'] = 0x7F0808087F, ['I'] = 0x00417F4100, ['J'] = 0x2040413F01,
        ['K'] = 0x7F08142241, ['L'] = 0x7F40404040, ['M'] = 0x7F020C027F, ['N'] = 0x7F0408107F, ['O'] = 0x3E4141413E,
        ['P'] = 0x7F09090906, ['Q'] = 0x3E4151215E, ['R'] = 0x7F09192946, ['S'] = 0x4649494931, ['T'] = 0x01017F0101,
        ['U'] = 0x3F4040403F, ['V'] = 0x1F2040201F, ['W'] = 0x3F4038403F, ['X'] = 0x6314081463, ['Y'] = 0x0708700807,
        ['Z'] = 0x6151494543,
        ['a'] = 0x2054545478, ['b'] = 0x7F48444438, ['c'] = 0x3844444420, ['d'] = 0x384444487F, ['e'] = 0x3854545418,
        ['f'] = 0x087E090102, ['g'] = 0x0C5252523E, ['h'] = 0x7F08040478, ['i'] = 0x00447D4000, ['j'] = 0x2040443D00,
        ['k'] = 0x7F10284400, ['l'] = 0x00417F4000, ['m'] = 0x7C04180478, ['n'] = 0x7C08040478, ['o'] = 0x3844444438,
        ['p'] = 0x7C14141408, ['q'] = 0x081414187C, ['r'] = 0x7C08040408, ['s'] = 0x4854545420, ['t'] = 0x043F444020,
        ['u'] = 0x3C4040207C, ['v'] = 0x1C2040201C, ['w'] = 0x3C4030403C, ['x'] = 0x4428102844, ['y'] = 0x0C5050503C,
        ['z'] = 0x4464544C44,
    };

    /// <summary>Draws a line of text; each dot becomes a square of <paramref name="scale"/> pixels.</summary>
    /// <param name="canvas">Where to.</param>
    /// <param name="text">What.</param>
    /// <param name="left">Left edge, in pixels.</param>
    /// <param name="top">Top edge, in pixels.</param>
    /// <param name="scale">Pixels per dot, at least 1: letters are 7 of them high.</param>
    /// <param name="colour">The colour of the dots.</param>
    /// <returns>Where the next text goes on.</returns>
    public static int Draw(SKCanvas canvas, string text, int left, int top, int scale, SKColor colour)
    {
        ArgumentNullException.ThrowIfNull(canvas);
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfLessThan(scale, 1);
        using var paint = new SKPaint { Color = colour };
        foreach (var letter in Known(text))
        {
            DrawGlyph(canvas, Glyphs[letter], left, top, scale, paint);
            left += Pitch * scale;
        }

        return left;
    }

    /// <summary>Draws a line of text in the middle of a span of <paramref name="width"/> pixels.</summary>
    /// <param name="canvas">Where to.</param>
    /// <param name="text">What.</param>
    /// <param name="left">Left edge of the span, in pixels.</param>
    /// <param name="width">The span, in pixels.</param>
    /// <param name="top">Top edge, in pixels.</param>
    /// <param name="scale">Pixels per dot, at least 1.</param>
    /// <param name="colour">The colour of the dots.</param>
    public static void DrawCentred(SKCanvas canvas, string text, int left, int width, int top, int scale, SKColor colour) =>
        Draw(canvas, text, left + ((width - Width(text, scale)) / 2), top, scale, colour);

    /// <summary>How wide a line of text is, in pixels.</summary>
    /// <param name="text">The text.</param>
    /// <param name="scale">Pixels per dot, at least 1.</param>
    public static int Width(string text, int scale)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length == 0 ? 0 : ((Known(text).Length * Pitch) - 1) * scale;
    }

    private static string Known(string text)
    {
        if (text.All(Glyphs.ContainsKey))
        {
            return text;
        }

        var plain = text.Normalize(NormalizationForm.FormD).Where(letter => char.GetUnicodeCategory(letter) != UnicodeCategory.NonSpacingMark);
        return string.Concat(plain.Select(letter => Glyphs.ContainsKey(letter) ? letter : '?'));
    }

    private static void DrawGlyph(SKCanvas canvas, ulong glyph, int left, int top, int scale, SKPaint paint)
    {
        for (var column = 0; column < Columns; column++)
        {
            var dots = glyph >> (8 * (Columns - 1 - column));
            for (var row = 0; row < Rows; row++)
            {
                if ((dots >> row & 1) == 1)
                {
                    canvas.DrawRect(left + (column * scale), top + (row * scale), scale, scale, paint);
                }
            }
        }
    }
}
