using Microsoft.ML;
using Microsoft.ML.Data;

namespace Defences;

/// <summary>More training images: each again, moved by up to two pixels, since robustness takes more of them than accuracy does.</summary>
internal static class ShiftedCopies
{
    private const int Farthest = 2;

    public static IDataView Of(MLContext ml, IDataView rows, int copies, int seed)
    {
        var random = new Random(seed);
        var images = ml.Data.CreateEnumerable<ImageRow>(rows, reuseRowObject: false).ToArray();
        // Keys count from 1 where they are read, and from 0 where a view is made of objects.
        foreach (var image in images)
            image.Label--;
        var dimensions = ((VectorDataViewType)rows.Schema["Features"].Type).Dimensions;
        var moved = Enumerable.Range(0, copies).SelectMany(_ => images.Select(image => new ImageRow
        {
            Label = image.Label,
            Features = Moved(image.Features, dimensions[^2], dimensions[^1], random.Next(-Farthest, Farthest + 1), random.Next(-Farthest, Farthest + 1)),
        }));
        var schema = SchemaDefinition.Create(typeof(ImageRow));
        schema["Features"].ColumnType = rows.Schema["Features"].Type;
        schema["Label"].ColumnType = rows.Schema["Label"].Type;
        return ml.Data.LoadFromEnumerable<ImageRow>([.. images, .. moved], schema);
    }

    // Zeros come in at the edges.
    private static float[] Moved(float[] image, int height, int width, int right, int down)
    {
        var moved = new float[image.Length];
        for (var index = 0; index < image.Length; index++)
        {
            var (x, y) = ((index % width) + right, (index / width % height) + down);
            if (x >= 0 && x < width && y >= 0 && y < height)
                moved[index + right + (down * width)] = image[index];
        }

        return moved;
    }
}
