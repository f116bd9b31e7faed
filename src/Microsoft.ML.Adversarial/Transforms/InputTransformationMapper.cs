using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Pipeline;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>An input transformation bound to a column of a view: one vector per row.</summary>
internal sealed class InputTransformationMapper : BatchMapper
{
    private readonly ColumnTransformation _step;
    private readonly long _seed;
    private readonly DataViewSchema.Column _input;
    private readonly int _inputLength;
    private readonly int _outputLength;

    public InputTransformationMapper(ColumnTransformation step, string outputColumnName, long seed, DataViewSchema.Column input)
    {
        (_step, _seed, _input) = (step, seed, input);
        _inputLength = LengthOf(step.InputShape);
        _outputLength = LengthOf(step.Transformation.OutputShape(step.InputShape));
        FeatureBuffer.CheckType(input, _inputLength);
        InputColumns = [input];
        OutputColumns = [TransformedColumn.Detached(outputColumnName, input, step)];
    }

    public override IReadOnlyList<DataViewSchema.Column> InputColumns { get; }

    public override IReadOnlyList<DataViewSchema.DetachedColumn> OutputColumns { get; }

    public override BatchComputation CreateComputation(DataViewRow input, bool[] activeOutputs, int capacity) => new Computation(this, input, capacity);

    private static int LengthOf(IReadOnlyList<long> shape) => checked((int)shape.Aggregate(1L, (product, size) => product * size));

    private sealed class Computation(InputTransformationMapper mapper, DataViewRow input, int capacity) : BatchComputation
    {
        private readonly FeatureBuffer _inputs = new(input, mapper._input, mapper._inputLength, capacity, mustBeFinite: true);
        private readonly RowKeyBuffer _keys = new(input, capacity);
        private readonly VectorOutputBuffer _outputs = new(capacity, mapper._outputLength);

        public override void Read(int slot, long position)
        {
            _inputs.Read(slot, position);
            _keys.Read(slot);
        }

        public override void Compute(int count)
        {
            using var scope = NewDisposeScope();
            var inputs = FeatureTensor.Of(_inputs, count, mapper._step.InputShape);
            FeatureTensor.CopyTo(mapper._step.Transformation.Apply(inputs, mapper._seed, _keys.Keys(count)), _outputs.Rows(count));
        }

        public override Delegate CreateGetter(int output, Func<int> slot) => _outputs.CreateGetter(slot);
    }
}
