using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Onnx.Operators;

/// <summary>
/// The operators there are. A new one is a row here, with a file of this folder where it takes more than a line. Attributes and inputs of
/// all
/// versions of an operator are read in one place; attributes that nobody reads are errors.
/// </summary>
internal static class OnnxOperatorTable
{
    private static readonly Dictionary<string, OnnxOperator> Rows = new OnnxOperator[]
    {
        // Layers with weights.
        new("Conv", Convolutions.Conv),
        new("ConvTranspose", TransposedConvolutions.ConvTranspose),
        new("Gemm", MatrixProducts.Gemm),
        new("MatMul", MatrixProducts.MatMul),
        new("BatchNormalization", Normalisations.BatchNormalization),
        new("LayerNormalization", Normalisations.LayerNormalization),
        new("InstanceNormalization", Normalisations.InstanceNormalization),
        new("LRN", LocalResponse.LocalResponseNormalisation),
        new("PRelu", Activations.PRelu),

        // Activations.
        new("Relu", _ => nn.ReLU()),
        new("LeakyRelu", node => nn.LeakyReLU(node.Attributes.Number("alpha", 0.01))),
        new("ThresholdedRelu", node =>
        {
            var alpha = node.Attributes.Number("alpha", 1);
            return OnnxStep.Of(x => x * x.greater(alpha));
        }),
        new("Elu", node => nn.ELU(node.Attributes.Number("alpha", 1))),
        new("Celu", node => nn.CELU(node.Attributes.Number("alpha", 1))),
        new("Selu", Activations.Selu),
        new("Sigmoid", _ => nn.Sigmoid()),
        new("Tanh", _ => nn.Tanh()),
        new("HardSigmoid", node =>
        {
            (var alpha, var beta) = (node.Attributes.Number("alpha", 0.2), node.Attributes.Number("beta", 0.5));
            return OnnxStep.Of(x => (x * alpha + beta).clamp(0, 1));
        }),
        new("HardSwish", _ => nn.Hardswish()),
        new("Softplus", _ => nn.Softplus()),
        new("Softsign", _ => OnnxStep.Of(x => x / (x.abs() + 1))),
        new("Mish", _ => nn.Mish()),
        new("Gelu", Activations.Gelu),
        new("Clip", Activations.Clip),
        new("Softmax", node => Activations.Softmax(node, (x, axis) => x.softmax(axis))),
        new("LogSoftmax", node => Activations.Softmax(node, (x, axis) => nn.functional.log_softmax(x, axis))),

        // Arithmetic, value by value.
        new("Add", node => Arithmetic.OfTwo(node, (a, b) => a + b)),
        new("Sub", node => Arithmetic.OfTwo(node, (a, b) => a - b)),
        new("Mul", node => Arithmetic.OfTwo(node, (a, b) => a * b)),
        new("Div", node => Arithmetic.OfTwo(node, Arithmetic.Quotient)),
        new("Pow", node => Arithmetic.OfTwo(node, (a, b) => a.pow(b.to(a.dtype)))),
        new("Max", node => Arithmetic.OfMany(node, (a, b) => a.maximum(b))),
        new("Min", node => Arithmetic.OfMany(node, (a, b) => a.minimum(b))),
        new("Sum", node => Arithmetic.OfMany(node, (a, b) => a + b)),
        new("Mean", node => Arithmetic.Mean(node)),
        new("Greater", node => Arithmetic.OfTwo(node, (a, b) => a.greater(b))),
        new("GreaterOrEqual", node => Arithmetic.OfTwo(node, (a, b) => a.greater_equal(b))),
        new("Less", node => Arithmetic.OfTwo(node, (a, b) => a.less(b))),
        new("LessOrEqual", node => Arithmetic.OfTwo(node, (a, b) => a.less_equal(b))),
        new("Equal", node => Arithmetic.OfTwo(node, (a, b) => a.eq(b))),
        new("Not", _ => OnnxStep.Of(x => x.logical_not())),
        new("Where", Arithmetic.Where),
        new("Abs", _ => OnnxStep.Of(x => x.abs())),
        new("Neg", _ => OnnxStep.Of(x => x.neg())),
        new("Sqrt", _ => OnnxStep.Of(x => x.sqrt())),
        new("Exp", _ => OnnxStep.Of(x => x.exp())),
        new("Log", _ => OnnxStep.Of(x => x.log())),
        new("Erf", _ => OnnxStep.Of(x => x.erf())),
        new("Reciprocal", _ => OnnxStep.Of(x => x.reciprocal())),
        new("Floor", _ => OnnxStep.Of(x => x.floor())),
        new("Ceil", _ => OnnxStep.Of(x => x.ceil())),

        // Poolings and means.
        new("MaxPool", Poolings.MaxPool),
        new("AveragePool", Poolings.AveragePool),
        new("GlobalAveragePool", Poolings.GlobalAverage),
        new("GlobalMaxPool", Poolings.GlobalMaximum),
        new("ReduceMean", node => Reductions.Of(node, 18, (x, axes, keep) => x.mean(axes, keep))),
        new("ReduceSum", node => Reductions.Of(node, 13, (x, axes, keep) => x.sum(axes, keep))),
        new("ReduceMax", node => Reductions.Of(node, 18, (x, axes, keep) => x.amax(axes, keep))),
        new("ReduceMin", node => Reductions.Of(node, 18, (x, axes, keep) => x.amin(axes, keep))),
        new("ReduceL2", node => Reductions.Of(node, 18, (x, axes, keep) => x.square().sum(axes, keep).sqrt())),
        new("ReduceSumSquare", node => Reductions.Of(node, 18, (x, axes, keep) => x.square().sum(axes, keep))),
        new("ReduceProd", Reductions.Product),

        // Shapes.
        new("Flatten", Shapes.Flatten),
        new("Reshape", Shapes.Reshape),
        new("Squeeze", Shapes.Squeeze),
        new("Unsqueeze", Shapes.Unsqueeze),
        new("Transpose", Shapes.Transpose),
        new("Expand", Shapes.Expand),
        new("Shape", Shapes.Shape),
        new("Concat", Selections.Concat),
        new("Split", Selections.Split, int.MaxValue),
        new("Slice", Selections.Slice),
        new("Gather", Selections.Gather),
        new("Pad", Paddings.Pad),
        new("Resize", Resizing.Resize),
        new("Upsample", Resizing.Upsample),

        // What does nothing, and constants.
        new("Identity", _ => OnnxStep.Same),
        new("Dropout", Constants.Dropout),
        new("Constant", Constants.Constant),
        new("ConstantOfShape", Constants.ConstantOfShape),
        new("Range", Constants.Range),
        new("Cast", Constants.Cast),
    }.ToDictionary(row => row.Name);

    public static string Names => string.Join(", ", Rows.Keys.Order());

    public static IReadOnlyCollection<OnnxOperator> All => Rows.Values;

    public static OnnxOperator? Find(string name) => Rows.GetValueOrDefault(name);
}
