using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Adversarial.Transformations;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>Makes an <see cref="InputTransformationTransformer"/>. Fitting learns nothing: it checks that the transformation fits the column.</summary>
public sealed class InputTransformationEstimator : IEstimator<InputTransformationTransformer>
{
    private readonly InputTransformation _transformation;
    private readonly string _outputColumnName;
    private readonly string _inputColumnName;
    private readonly long[]? _imageShape;
    private readonly long _seed;

    internal InputTransformationEstimator(
        InputTransformation transformation, string outputColumnName, string inputColumnName, long[]? imageShape, long seed)
    {
        ArgumentNullException.ThrowIfNull(transformation);
        ColumnNames.Require(outputColumnName, inputColumnName);
        if (imageShape is not null)
        {
            transformation.OutputShape(imageShape);
        }

        (_transformation, _outputColumnName, _inputColumnName) = (transformation, outputColumnName, inputColumnName);
        (_imageShape, _seed) = (imageShape, seed);
    }

    /// <summary>Binds the transformation to the column.</summary>
    /// <param name="input">A view with the column; no row is read.</param>
    /// <exception cref="ArgumentException">The column is missing, is no vector of Single of known size, or no image where one is needed.</exception>
    public InputTransformationTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var column = RequiredColumn.Of(input.Schema, _inputColumnName, _transformation.GetType().Name);
        var shape = TransformedColumn.ShapeOf(column, _imageShape, _transformation);
        var transformer = new InputTransformationTransformer(new(_transformation, _inputColumnName, shape), _outputColumnName, _seed);
        transformer.GetOutputSchema(input.Schema);
        return transformer;
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        var column = RequiredColumn.Of(inputSchema, _inputColumnName, _transformation.GetType().Name);
        if (column.Kind != SchemaShape.Column.VectorKind.Vector || column.ItemType != NumberDataViewType.Single)
        {
            throw TransformedColumn.Refused(column.Name, column.GetTypeString());
        }

        return inputSchema.With(ShapeExtensions.Vector(
            _outputColumnName, [.. TransformedColumn.Kept(column, _transformation), ColumnTransformation.AnnotationShape]));
    }
}
