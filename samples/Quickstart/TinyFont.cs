using SkiaSharp;

namespace Quickstart;

/// <summary>Letters of 5 × 7 dots. A server may have no fonts at all.</summary>
internal static class TinyFont
{
    private const int Columns = 5;
    private const int Rows = 7;
    private const int Pitch = Columns + 1;

    // A byte per column from left to right; its lowest bit is the top row.
    private static readonly Dictionary<char, ulong> Glyphs = new()
    {
        [' '] = 0x0000000000, ['.'] = 0x0060600000, [','] = 0x0050300000, [':'] = 0x0036360000, ['-'] = 0x0808080808,
        ['+'] = 0x08083E0808, ['='] = 0x1414141414,
        ['→'] = 0x08082A1C08, ['∞'] = 0x1824182418, ['ε'] = 0x0028545444,
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

    /// <summary>Draws text; each dot becomes a square of <paramref name="scale"/> pixels.</summary>
    /// <returns>Where the next text goes on.</returns>
    public static int Draw(SKCanvas canvas, string text, int left, int top, int scale, SKColor colour)
    {
        using var paint = new SKPaint { Color = colour };
        foreach (char letter in text)
        {
            DrawGlyph(canvas, Glyphs[letter], left, top, scale, paint);
            left += Pitch * scale;
        }

        return left;
    }

    /// <summary>Draws text in the middle of a span of <paramref name="width"/> pixels.</summary>
    public static void DrawCentred(SKCanvas canvas, string text, int left, int width, int top, int scale, SKColor colour) =>
        Draw(canvas, text, left + ((width - (((text.Length * Pitch) - 1) * scale)) / 2), top, scale, colour);

    private static void DrawGlyph(SKCanvas canvas, ulong glyph, int left, int top, int scale, SKPaint paint)
    {
        for (int column = 0; column < Columns; column++)
        {
            ulong dots = glyph >> (8 * (Columns - 1 - column));
            for (int row = 0; row < Rows; row++)
            {
                if ((dots >> row & 1) == 1)
                    canvas.DrawRect(left + (column * scale), top + (row * scale), scale, scale, paint);
            }
        }
    }
}
