using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Tool.Images;

/// <summary>Images, and labels where there are any, as a view for ML.NET models.</summary>
internal static class ImageView
{
    public static IDataView ToView(this ImageFiles images, MLContext context, int classCount)
    {
        if (images.LabelsPath is { } labels)
        {
            return context.Data.TakeRows(context.Data.LoadFromIdx(images.ImagesPath, labels, classCount), images.RowCount);
        }

        int[] dimensions = images.Dimensions is [var height, var width] ? [1, height, width] : [.. images.Dimensions];
        var schema = SchemaDefinition.Create(typeof(Image));
        schema[nameof(Image.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, dimensions);
        return context.Data.LoadFromEnumerable(Rows(images), schema);
    }

    private static IEnumerable<Image> Rows(ImageFiles images)
    {
        long[] size = [.. images.Dimensions];
        foreach (var (_, pixels) in images.Batches(batchSize: 1, size))
        {
            using (pixels)
            {
                yield return new Image { Features = pixels.data<float>().ToArray() };
            }
        }
    }

    private sealed class Image
    {
        public float[] Features { get; init; } = [];
    }
}
