using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Adversarial.Transformations;

namespace Microsoft.ML.Adversarial.Persistence;

/// <summary>An input transformation's place in a pipeline, as it is written.</summary>
internal sealed record TransformationState(TransformationDescription Transformation, string InputColumnName, long[] InputShape) : ISavedState
{
    public static TransformationState Of(ColumnTransformation step) =>
        new(TransformationDescription.Of(step.Transformation), step.InputColumnName, [.. step.InputShape]);

    public void Validate()
    {
        ColumnNames.Require(InputColumnName);
        var shape = Transformation.Create().OutputShape(InputShape);
        _ = checked((int)shape.Aggregate(1L, (product, size) => checked(product * size)));
        _ = checked((int)InputShape.Aggregate(1L, (product, size) => checked(product * size)));
    }

    public ColumnTransformation Create() => new(Transformation.Create(), InputColumnName, InputShape);
}
