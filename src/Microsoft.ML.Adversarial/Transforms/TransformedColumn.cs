using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Transformations;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>The column that an input transformation makes of another.</summary>
internal static class TransformedColumn
{
    /// <summary>The shape in which the transformation takes a column's vectors, or an error that says what does not fit.</summary>
    /// <param name="column">The column that is read.</param>
    /// <param name="imageShape">The shape that the user said, for vectors that have none.</param>
    /// <param name="transformation">What is to work on it.</param>
    public static IReadOnlyList<long> ShapeOf(DataViewSchema.Column column, IReadOnlyList<long>? imageShape, InputTransformation transformation)
    {
        if (column.Type is not VectorDataViewType { IsKnownSize: true } vector || vector.ItemType != NumberDataViewType.Single)
        {
            throw Refused(column.Name, column.Type.ToString()!);
        }

        if (imageShape is not null)
        {
            return imageShape.Aggregate(1L, (product, size) => product * size) == vector.Size
                ? imageShape
                : throw new ArgumentException(
                    $"Column '{column.Name}': expected a vector of {string.Join("×", imageShape)} Single, as the image shape says, got {column.Type}.");
        }

        long[] shape = [.. vector.Dimensions.Select(size => (long)size)];
        if (transformation.NeedsImages && shape.Length == 2)
        {
            shape = [1, .. shape];
        }

        if (transformation.NeedsImages && shape.Length != 3)
        {
            throw new ArgumentException(
                $"Column '{column.Name}': {transformation.GetType().Name} works on images, expected a vector of dimensions [height, width] or [channels, height, width], got {column.Type}. Say the imageShape of flat vectors, such as [1, 28, 28].");
        }

        transformation.OutputShape(shape);
        return shape;
    }

    /// <summary>The column that is added.</summary>
    public static DataViewSchema.DetachedColumn Detached(string name, DataViewSchema.Column input, ColumnTransformation step)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        if (step.Transformation.KeepsShape)
        {
            builder.Add(input.Annotations, annotation => annotation is AnnotationUtils.Kinds.SlotNames);
        }

        ColumnTransformation.AddTo(builder, [.. ColumnTransformation.Of(input), step]);
        var shape = step.Transformation.OutputShape(step.InputShape).Select(size => checked((int)size)).ToArray();
        return new(name, new VectorDataViewType(NumberDataViewType.Single, shape), builder.ToAnnotations());
    }

    /// <summary>The annotations of a column that stay.</summary>
    public static IEnumerable<SchemaShape.Column> Kept(SchemaShape.Column input, InputTransformation transformation) =>
        input.Annotations.Where(annotation => transformation.KeepsShape && annotation.Name == AnnotationUtils.Kinds.SlotNames);

    public static ArgumentException Refused(string column, string got) => new(
        $"Column '{column}': expected a vector of Single of known size, got {got}. Use Concatenate, ConvertType or ExtractPixels to make one.");
}
