using Microsoft.ML;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Persistence;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Adversarial.Transformations;
using Microsoft.ML.Adversarial.Transforms;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(
    typeof(InputTransformationTransformer), null, typeof(SignatureLoadModel), "Input transformation", InputTransformationTransformer.LoaderSignature)]

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>
/// Transforms the feature vectors of a column as a defence, into a new column or one of the same name. Random draws depend on the seed and the
/// row's id, so that a row is transformed alike wherever it stands. Attacks on a network that reads the result attack both together, on the
/// column before the transformation.
/// </summary>
public sealed class InputTransformationTransformer : BatchedTransformer
{
    internal const string LoaderSignature = "AdvTransformation";

    private static readonly TransformerFile<State> File = new("ADVTRANS", LoaderSignature);

    private readonly long _seed;

    internal InputTransformationTransformer(ColumnTransformation step, string outputColumnName, long seed)
    {
        Step = step;
        OutputColumnName = outputColumnName;
        _seed = seed;
    }

    private InputTransformationTransformer(IHostEnvironment env, ModelLoadContext ctx)
    {
        var state = File.Load(ctx);
        Step = state.Transformation.Create();
        OutputColumnName = state.OutputColumnName;
        _seed = state.Seed;
    }

    /// <summary>The transformation and its settings.</summary>
    public InputTransformation Transformation => Step.Transformation;

    /// <summary>The column of feature vectors that is read.</summary>
    public string InputColumnName => Step.InputColumnName;

    /// <summary>The name of the column that is added.</summary>
    public string OutputColumnName { get; }

    /// <summary>The shape of one input as the transformation takes it, such as [1, 28, 28].</summary>
    public IReadOnlyList<long> InputShape => Step.InputShape;

    internal ColumnTransformation Step { get; }

    private protected override BatchMapper Bind(DataViewSchema inputSchema)
    {
        var column = RequiredColumn.Of(inputSchema, InputColumnName, Transformation.GetType().Name);
        return new InputTransformationMapper(Step, OutputColumnName, _seed, column);
    }

    private protected override void Save(ModelSaveContext context) =>
        File.Save(context, new(TransformationState.Of(Step), OutputColumnName, _seed));

    private sealed record State(TransformationState Transformation, string OutputColumnName, long Seed) : ISavedState
    {
        public void Validate()
        {
            ColumnNames.Require(OutputColumnName);
            Transformation.Validate();
        }
    }
}
