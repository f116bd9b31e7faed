using Microsoft.ML.Adversarial.Attacks.RandomSearch;

namespace Microsoft.ML.Adversarial.Attacks.ScoreBased;

/// <summary>How a candidate of the one-pixel attack is written: for each pixel its row, its column and a value per channel.</summary>
/// <param name="Shape">Where the features lie.</param>
/// <param name="Pixels">How many pixels a candidate has.</param>
internal readonly record struct PixelGenes(ImageShape Shape, int Pixels)
{
    /// <summary>Numbers per pixel.</summary>
    public int PerPixel => 2 + Shape.Channels;

    /// <summary>Numbers per candidate.</summary>
    public int Length => Pixels * PerPixel;

    /// <summary>Features that a candidate writes.</summary>
    public int Writes => Pixels * Shape.Channels;

    /// <summary>How far a gene reaches, for the two that are places: 0 to this, exclusive.</summary>
    public int Side(int place) => place == 0 ? Shape.Height : Shape.Width;

    /// <summary>Where a pixel's value of a channel lies in the input.</summary>
    public int Feature(ReadOnlySpan<double> genes, int pixel, int channel) =>
        Shape.Offset(channel, (int)genes[pixel * PerPixel], (int)genes[(pixel * PerPixel) + 1]);

    /// <summary>What a candidate writes where; of two pixels at one place the later one counts.</summary>
    public void Write(ReadOnlySpan<double> genes, Span<long> features, Span<double> values)
    {
        for (var pixel = 0; pixel < Pixels; pixel++)
        {
            var same = pixel;
            for (var later = pixel + 1; later < Pixels; later++)
            {
                same = Feature(genes, later, 0) == Feature(genes, pixel, 0) ? later : same;
            }

            for (var channel = 0; channel < Shape.Channels; channel++)
            {
                var place = (pixel * Shape.Channels) + channel;
                features[place] = Feature(genes, pixel, channel);
                values[place] = genes[(same * PerPixel) + 2 + channel];
            }
        }
    }
}
