using Microsoft.ML.Adversarial.Networks.Onnx.Format;
using static Microsoft.ML.Adversarial.Networks.Onnx.OnnxModel;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Onnx;

/// <summary>Operators with settings in the forms of several versions; a new operator gets a row here.</summary>
internal static class OperatorCases
{
    public static IEnumerable<(string Name, OnnxModel Model)> All =>
    [
        .. Layers, .. Activations, .. Arithmetic, .. Poolings, .. Reductions, .. Shapes, .. Resizings,
    ];

    private static IEnumerable<(string Name, OnnxModel Model)> Layers =>
    [
        ("Conv", Image().Weight("w", [6, 2, 3, 2]).Weight("b", [6]).Node("Conv", ["x", "w", "b"], "y", A("group", 2L), A("strides", [2L, 1]),
            A("dilations", [1L, 2]), A("pads", [1L, 2, 1, 2])).Flat()),
        ("Conv, asymmetric pads", Image().Weight("w", [3, 4, 3, 3]).Node("Conv", ["x", "w"], "y", A("pads", [0L, 1, 2, 0])).Flat()),
        ("Conv, SAME_UPPER", Image().Weight("w", [3, 4, 4, 3]).Node("Conv", ["x", "w"], "y", A("auto_pad", "SAME_UPPER"), A("strides", [2L, 3])).Flat()),
        ("Conv, SAME_LOWER", Image().Weight("w", [3, 4, 4, 3]).Node("Conv", ["x", "w"], "y", A("auto_pad", "SAME_LOWER"), A("strides", [2L, 2])).Flat()),
        ("Conv, VALID", Image().Weight("w", [3, 4, 2, 3]).Node("Conv", ["x", "w"], "y", A("auto_pad", "VALID"), A("kernel_shape", [2L, 3])).Flat()),
        ("Conv, one axis", new OnnxModel(13, 3, 11).Weight("w", [4, 3, 3]).Weight("b", [4]).Node("Conv", ["x", "w", "b"], "y", A("pads", [1L, 1])).Flat()),
        ("Conv, three axes", new OnnxModel(13, 2, 4, 5, 6).Weight("w", [3, 2, 2, 3, 2]).Node("Conv", ["x", "w"], "y", A("strides", [1L, 2, 2])).Flat()),
        ("ConvTranspose", Image().Weight("w", [4, 3, 3, 2]).Weight("b", [6]).Node("ConvTranspose", ["x", "w", "b"], "y", A("group", 2L),
            A("strides", [2L, 2]), A("pads", [1L, 0, 1, 1]), A("output_padding", [1L, 0])).Flat()),
        ("ConvTranspose, output_shape", Image().Weight("w", [4, 2, 3, 3]).Node("ConvTranspose", ["x", "w"], "y", A("strides", [2L, 2]),
            A("output_shape", [16L, 18])).Flat()),
        ("ConvTranspose, SAME_UPPER", Image().Weight("w", [4, 2, 3, 3]).Node("ConvTranspose", ["x", "w"], "y", A("strides", [2L, 2]),
            A("auto_pad", "SAME_UPPER")).Flat()),
        ("Gemm", Vector().Weight("w", [5, 7]).Weight("b", [1, 7]).Node("Gemm", ["x", "w", "b"], "logits", A("alpha", 0.5), A("beta", 2.0))),
        ("Gemm, transposed, without bias", Vector().Weight("w", [7, 5]).Node("Gemm", ["x", "w"], "logits", A("transB", 1L))),
        ("Gemm, scalar bias", Vector().Weight("w", [5, 7]).Weight("b", [1]).Node("Gemm", ["x", "w", "b"], "logits")),
        ("MatMul and Add", Vector().Weight("w", [5, 7]).Weight("b", [7]).Node("MatMul", ["x", "w"], "p").Node("Add", ["b", "p"], "logits")),
        ("MatMul of a sequence", new OnnxModel(13, 4, 5).Weight("w", [5, 3]).Weight("b", [3]).Node("MatMul", ["x", "w"], "p").Node("Add", ["p", "b"], "y").Flat()),
        ("MatMul read twice", Vector().Weight("w", [5, 5]).Weight("b", [5]).Node("MatMul", ["x", "w"], "p").Node("Add", ["p", "b"], "q")
            .Node("Mul", ["p", "q"], "logits")),
        ("MatMul, weights on the left", new OnnxModel(13, 4, 5).Weight("w", [3, 4]).Node("MatMul", ["w", "x"], "y").Flat()),
        ("MatMul of two", new OnnxModel(13, 4, 5).Node("Transpose", ["x"], "t", A("perm", [0L, 2, 1])).Node("MatMul", ["x", "t"], "y").Flat()),
        ("BatchNormalization", Image().Weight("s", [4], 1).Weight("b", [4]).Weight("m", [4]).Weight("v", [4], 1)
            .Node("BatchNormalization", ["x", "s", "b", "m", "v"], "y", A("epsilon", 0.01), A("momentum", 0.8)).Flat()),
        ("BatchNormalization of vectors", Vector().Weight("s", [5], 1).Weight("b", [5]).Weight("m", [5]).Weight("v", [5], 1)
            .Node("BatchNormalization", ["x", "s", "b", "m", "v"], "logits")),
        ("LayerNormalization", new OnnxModel(17, 4, 5).Weight("s", [5], 1).Weight("b", [5]).Node("LayerNormalization", ["x", "s", "b"], "y", A("axis", -1L),
            A("epsilon", 0.01)).Flat()),
        ("LayerNormalization, two axes, no bias", new OnnxModel(17, 3, 4, 5).Weight("s", [4, 5], 1).Node("LayerNormalization", ["x", "s"], "y", A("axis", 2L)).Flat()),
        ("InstanceNormalization", Image().Weight("s", [4], 1).Weight("b", [4]).Node("InstanceNormalization", ["x", "s", "b"], "y", A("epsilon", 0.01)).Flat()),
        ("LRN", new OnnxModel(13, 7, 3, 4).Node("LRN", ["x"], "y", A("size", 5L), A("alpha", 0.3), A("beta", 0.6), A("bias", 1.5)).Flat()),
        ("PRelu", Image().Weight("a", [4, 1, 1]).Node("PRelu", ["x", "a"], "y").Flat()),
        ("PRelu, one slope", Vector().Weight("a", [1]).Node("PRelu", ["x", "a"], "logits")),
    ];

    private static (string Name, AttributeProto[] Attributes)[] Elementwise =>
    [
        ("Relu", []), ("LeakyRelu", [A("alpha", 0.2)]), ("LeakyRelu", []), ("Elu", [A("alpha", 0.7)]), ("Selu", []),
        ("Selu", [A("alpha", 1.5), A("gamma", 1.2)]), ("Celu", [A("alpha", 0.5)]), ("ThresholdedRelu", [A("alpha", 0.3)]), ("Sigmoid", []), ("Tanh", []),
        ("HardSigmoid", [A("alpha", 0.3), A("beta", 0.4)]), ("HardSwish", []), ("Softplus", []), ("Softsign", []), ("Abs", []), ("Neg", []), ("Exp", []),
        ("Erf", []), ("Floor", []), ("Ceil", []), ("Identity", []), ("Dropout", []),
    ];

    private static IEnumerable<(string Name, OnnxModel Model)> Activations =>
    [
        .. Elementwise.Select(one => (one.Name, new OnnxModel(14, 5, 6).Node("Neg", ["x"], "n").Weight("w", [5, 6]).Node("Add", ["n", "w"], "s")
            .Single("three", 3).Node("Mul", ["s", "three"], "t").Node(one.Name, ["t"], "y", one.Attributes).Flat())),
        ("Mish", Vector(18).Node("Mish", ["x"], "logits")),
        ("Gelu", Vector(20).Node("Gelu", ["x"], "logits")),
        ("Gelu, tanh", Vector(20).Node("Gelu", ["x"], "logits", A("approximate", "tanh"))),
        ("Sqrt, Log, Reciprocal", Vector().Node("Sqrt", ["x"], "a").Node("Log", ["x"], "b").Node("Reciprocal", ["x"], "c").Node("Add", ["a", "b"], "d")
            .Node("Add", ["d", "c"], "logits")),
        ("Clip, attributes", Vector(7).Node("Clip", ["x"], "logits", A("min", 0.2), A("max", 0.7))),
        ("Clip, inputs", Vector().Single("a", 0.2f).Single("b", 0.6f).Node("Clip", ["x", "a", "b"], "logits")),
        ("Clip, maximum only", Vector().Single("b", 0.6f).Node("Clip", ["x", "", "b"], "logits")),
        ("Clip at 6", Vector().Single("a", 0).Single("b", 6).Single("ten", 10).Node("Mul", ["x", "ten"], "t").Node("Clip", ["t", "a", "b"], "logits")),
        ("Softmax inside", new OnnxModel(13, 3, 4).Node("Softmax", ["x"], "y", A("axis", 1L)).Flat()),
        ("Softmax inside, version 11", new OnnxModel(11, 3, 4).Node("Softmax", ["x"], "y", A("axis", 1L)).Flat()),
        ("LogSoftmax inside", new OnnxModel(13, 3, 4).Node("LogSoftmax", ["x"], "y").Flat()),
        ("Dropout, attribute", Vector(10).Node("Dropout", ["x"], "logits", A("ratio", 0.25))),
        ("Dropout, inputs", Vector().Single("r", 0.25f).Node("Dropout", ["x", "r"], "logits")),
    ];

    private static IEnumerable<(string Name, OnnxModel Model)> Arithmetic =>
    [
        .. ((string[])["Add", "Sub", "Mul", "Div", "Max", "Min", "Sum", "Mean"]).Select(name =>
            (name, Image().Weight("c", [4, 1, 1], 1).Node(name, ["x", "c"], "y").Flat())),
        .. ((string[])["Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Equal"]).Select(name =>
            (name, Vector(16).Weight("c", [5], 0.5).Node(name, ["x", "c"], "m").Node("Not", ["m"], "n").Node("Where", ["n", "x", "c"], "logits"))),
        ("Pow", Vector().Single("e", 2.5f).Node("Pow", ["x", "e"], "logits")),
        ("Cast", Vector().Single("ten", 10).Node("Mul", ["x", "ten"], "t").Node("Cast", ["t"], "i", A("to", 7L)).Node("Cast", ["i"], "logits", A("to", 1L))),
        ("Constants that follow from constants", Vector().Weight("a", [5]).Weight("b", [5]).Node("Mul", ["a", "b"], "c").Node("Exp", ["c"], "d")
            .Node("Add", ["x", "d"], "logits")),
    ];

    private static IEnumerable<(string Name, OnnxModel Model)> Poolings =>
    [
        ("MaxPool", Image().Node("MaxPool", ["x"], "y", A("kernel_shape", [3L, 2]), A("strides", [2L, 1]), A("pads", [1L, 0, 1, 0]), A("dilations", [1L, 2])).Flat()),
        ("MaxPool, asymmetric", Image().Node("MaxPool", ["x"], "y", A("kernel_shape", [2L, 2]), A("strides", [2L, 2]), A("pads", [0L, 0, 1, 1])).Flat()),
        ("MaxPool, ceil_mode", Image().Node("MaxPool", ["x"], "y", A("kernel_shape", [3L, 3]), A("strides", [2L, 2]), A("ceil_mode", 1L)).Flat()),
        ("MaxPool, SAME_UPPER", Image().Node("MaxPool", ["x"], "y", A("kernel_shape", [3L, 3]), A("strides", [2L, 2]), A("auto_pad", "SAME_UPPER")).Flat()),
        ("MaxPool, one axis", new OnnxModel(13, 3, 11).Node("MaxPool", ["x"], "y", A("kernel_shape", [3L]), A("strides", [2L])).Flat()),
        ("MaxPool, three axes", new OnnxModel(13, 2, 4, 5, 6).Node("MaxPool", ["x"], "y", A("kernel_shape", [2L, 2, 2]), A("strides", [2L, 2, 2])).Flat()),
        ("AveragePool", Image().Node("AveragePool", ["x"], "y", A("kernel_shape", [3L, 2]), A("strides", [1L, 2]), A("pads", [1L, 1, 1, 1])).Flat()),
        ("AveragePool, padding counts", Image().Node("AveragePool", ["x"], "y", A("kernel_shape", [3L, 2]), A("pads", [1L, 1, 1, 1]), A("count_include_pad", 1L)).Flat()),
        ("AveragePool, asymmetric", Image().Node("AveragePool", ["x"], "y", A("kernel_shape", [3L, 3]), A("strides", [2L, 2]), A("pads", [0L, 0, 1, 1])).Flat()),
        ("AveragePool, asymmetric, padding counts", Image().Node("AveragePool", ["x"], "y", A("kernel_shape", [3L, 3]), A("pads", [0L, 0, 1, 1]),
            A("count_include_pad", 1L)).Flat()),
        ("AveragePool, ceil_mode", Image().Node("AveragePool", ["x"], "y", A("kernel_shape", [3L, 3]), A("strides", [2L, 2]), A("ceil_mode", 1L)).Flat()),
        ("GlobalAveragePool", Image().Node("GlobalAveragePool", ["x"], "y").Flat()),
        ("GlobalMaxPool", Image().Node("GlobalMaxPool", ["x"], "y").Flat()),
    ];

    private static IEnumerable<(string Name, OnnxModel Model)> Reductions =>
    [
        .. ((string[])["ReduceMean", "ReduceMax", "ReduceMin", "ReduceL2", "ReduceSumSquare", "ReduceProd"]).Select(name =>
            (name, Image().Node(name, ["x"], "y", A("axes", [-1L, 2]), A("keepdims", 0L)).Flat())),
        .. ((string[])["ReduceMean", "ReduceMax", "ReduceL2"]).Select(name =>
            ($"{name}, version 18", new OnnxModel(18, 4, 9, 10).Integers("axes", 2, 3).Node(name, ["x", "axes"], "y").Flat())),
        ("ReduceSum", Image().Integers("axes", 3).Node("ReduceSum", ["x", "axes"], "y").Flat()),
        ("ReduceSum of no axes", Image().Node("ReduceSum", ["x"], "y", A("noop_with_empty_axes", 1L)).Flat()),
    ];

    private static IEnumerable<(string Name, OnnxModel Model)> Shapes =>
    [
        ("Reshape", Image().Integers("s", 0, 2, -1).Node("Reshape", ["x", "s"], "y").Flat()),
        ("Reshape to rows and the rest", Image().Integers("s", -1, 360).Node("Reshape", ["x", "s"], "logits")),
        ("Reshape by what Shape says", Image().Integers("zero", 0).Integers("rest", -1).Node("Shape", ["x"], "all").Node("Gather", ["all", "zero"], "rows", A("axis", 0L))
            .Node("Concat", ["rows", "rest"], "s", A("axis", 0L)).Node("Reshape", ["x", "s"], "logits")),
        ("Squeeze, attribute", new OnnxModel(11, 4, 1, 3).Node("Squeeze", ["x"], "y", A("axes", [2L])).Flat()),
        ("Squeeze, input", new OnnxModel(13, 4, 1, 3).Integers("axes", -2).Node("Squeeze", ["x", "axes"], "y").Flat()),
        ("Unsqueeze, attribute", new OnnxModel(11, 4, 3).Node("Unsqueeze", ["x"], "y", A("axes", [1L, 3])).Flat()),
        ("Unsqueeze, input", new OnnxModel(13, 4, 3).Integers("axes", 1, -1).Node("Unsqueeze", ["x", "axes"], "y").Flat()),
        ("Transpose", Image().Node("Transpose", ["x"], "y", A("perm", [0L, 2, 3, 1])).Flat()),
        ("Concat", Image().Node("Neg", ["x"], "n").Node("Concat", ["x", "n"], "y", A("axis", 1L)).Flat()),
        ("Slice, attributes", new OnnxModel(9, 4, 9, 10).Node("Slice", ["x"], "y", A("axes", [1L, 3]), A("starts", [1L, -6]), A("ends", [3L, 9000])).Flat()),
        ("Slice, inputs", Image().Integers("s", 1, 8).Integers("e", 9, -9000).Integers("a", 3, 2).Integers("t", 3, -2).Node("Slice", ["x", "s", "e", "a", "t"], "y").Flat()),
        ("Split", Image().Node("Split", ["x"], "a,b", A("axis", 1L)).Node("Sub", ["b", "a"], "y").Flat()),
        ("Split, sizes", Image().Integers("s", 1, 3).Node("Split", ["x", "s"], "a,b", A("axis", 1L)).Node("Sub", ["b", "a"], "y").Flat()),
        ("Gather", Image().Integers("i", 2, -1, 0).Node("Gather", ["x", "i"], "y", A("axis", 2L)).Flat()),
        ("Expand", new OnnxModel(13, 4, 1).Integers("s", 1, 1, 3).Node("Expand", ["x", "s"], "y").Flat()),
        ("Pad, attributes", new OnnxModel(10, 4, 9, 10).Node("Pad", ["x"], "y", A("pads", [0L, 0, 1, 2, 0, 0, 3, 0]), A("value", 0.5)).Flat()),
        ("Pad, inputs", Image().Integers("p", 0, 0, 1, 2, 0, 0, -1, 0).Single("v", 0.25f).Node("Pad", ["x", "p", "v"], "y").Flat()),
        ("Pad, axes", new OnnxModel(18, 4, 9, 10).Integers("p", 1, 2).Integers("a", 3).Node("Pad", ["x", "p", "", "a"], "y").Flat()),
        ("Pad, reflect", Image().Integers("p", 0, 0, 1, 2, 0, 0, 3, 0).Node("Pad", ["x", "p"], "y", A("mode", "reflect")).Flat()),
        ("Pad, edge", Image().Integers("p", 0, 0, 1, 2, 0, 0, 3, 0).Node("Pad", ["x", "p"], "y", A("mode", "edge")).Flat()),
        ("ConstantOfShape and Range", Vector().Integers("s", 5).Node("ConstantOfShape", ["s"], "c").Integers("a", 0).Integers("b", 5).Integers("d", 1)
            .Node("Squeeze", ["a"], "a0").Node("Squeeze", ["b"], "b0").Node("Squeeze", ["d"], "d0").Node("Range", ["a0", "b0", "d0"], "r")
            .Node("Cast", ["r"], "f", A("to", 1L)).Node("Add", ["x", "f"], "g").Node("Add", ["g", "c"], "logits")),
    ];

    private static IEnumerable<(string Name, OnnxModel Model)> Resizings =>
    [
        .. from positions in (string[])["half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"]
           from rounding in (string[])["floor", "ceil", "round_prefer_floor", "round_prefer_ceil"]
           select ($"Resize, nearest, {positions}, {rounding}", Image().Constant("s", tensor([1f, 1, 2.5f, 0.5f])).Node("Resize", ["x", "", "s"], "y",
               A("mode", "nearest"), A("coordinate_transformation_mode", positions), A("nearest_mode", rounding)).Flat()),
        .. from positions in (string[])["half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"]
           select ($"Resize, linear, {positions}", Image().Constant("s", tensor([1f, 1, 2.5f, 0.7f])).Node("Resize", ["x", "", "s"], "y",
               A("mode", "linear"), A("coordinate_transformation_mode", positions)).Flat()),
        ("Resize, sizes", Image().Integers("s", 1, 4, 6, 15).Node("Slice", ["s", "one", "end"], "t").Integers("one", 1).Integers("end", 4).Node("Shape", ["x"], "all")
            .Integers("zero", 0).Node("Gather", ["all", "zero"], "rows").Node("Concat", ["rows", "t"], "sizes", A("axis", 0L))
            .Node("Resize", ["x", "", "", "sizes"], "y", A("mode", "linear")).Flat()),
        ("Resize, version 10", new OnnxModel(10, 4, 9, 10).Constant("s", tensor([1f, 1, 2, 3])).Node("Resize", ["x", "s"], "y", A("mode", "nearest")).Flat()),
        ("Upsample, version 9", new OnnxModel(9, 4, 9, 10).Constant("s", tensor([1f, 1, 2, 3])).Node("Upsample", ["x", "s"], "y", A("mode", "linear")).Flat()),
    ];

    private static OnnxModel Image() => new(13, 4, 9, 10);

    private static OnnxModel Vector(long opset = 13) => new(opset, 5);
}
