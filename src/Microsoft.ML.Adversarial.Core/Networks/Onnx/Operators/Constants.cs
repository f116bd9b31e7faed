using Microsoft.ML.Adversarial.Networks.Onnx.Format;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Onnx.Operators;

/// <summary>Constants, conversions, and what training alone needs.</summary>
internal static class Constants
{
    public static OnnxStep Constant(OnnxNode node)
    {
        var attributes = node.Attributes;
        if (attributes.Tensor("value") is { } value)
        {
            return OnnxStep.Constant(() => OnnxTensor.Read(value, node.Place));
        }

        if (attributes.Numbers("value_floats") is { } numbers)
        {
            return OnnxStep.Constant(() => tensor(numbers, ScalarType.Float32));
        }

        if (attributes.Integers("value_ints") is { } integers)
        {
            return OnnxStep.Constant(() => tensor(integers, ScalarType.Int64));
        }

        var number = attributes.Number("value_float", double.NegativeZero);
        if (!double.IsNegative(number) || number != 0)
        {
            return OnnxStep.Constant(() => tensor(number, ScalarType.Float32));
        }

        var integer = attributes.Integer("value_int", 0);
        return OnnxStep.Constant(() => tensor(integer, ScalarType.Int64));
    }

    public static OnnxStep ConstantOfShape(OnnxNode node)
    {
        var shape = node.Integers(0, "the shape") ?? throw node.Invalid("expected a shape, got no input.");
        node.RequireSize(shape);
        var value = node.Attributes.Tensor("value");
        return OnnxStep.Constant(() =>
        {
            using var one = value is null ? zeros(1) : OnnxTensor.Read(value, node.Place);
            return one.numel() == 1
                ? one.reshape(1).expand(TensorShape.ElementCount(shape)).reshape(shape).clone()
                : throw node.Invalid($"expected one value, got the shape {TensorShape.Text(one.shape)}.");
        });
    }

    public static OnnxStep Range(OnnxNode node)
    {
        var numbers = Enumerable.Range(0, 3).Select(input => node.Integers(input, "start, limit and step") ?? []).ToArray();
        if (numbers.Any(number => number.Length != 1) || numbers[2][0] == 0)
        {
            throw node.Invalid("expected three whole numbers start, limit and step, the last not 0.");
        }

        (var start, var limit, var step) = (numbers[0][0], numbers[1][0], numbers[2][0]);
        var count = Int128.Max(0, (((Int128)limit - start) / step) + ((((Int128)limit - start) % step) == 0 ? 0 : 1));
        node.RequireSize((long)Int128.Min(count, long.MaxValue));
        var type = node[0].Type;
        return OnnxStep.Constant(() => (arange(0, (long)count, ScalarType.Int64) * step + start).to(type));
    }

    public static OnnxStep Cast(OnnxNode node)
    {
        node.Attributes.Ignore("saturate", "round_mode");
        var type = OnnxTensor.TypeOf((TensorProto.Types.DataType)node.Attributes.Integer("to", 0), node.Place);
        return node[0].Type == type ? OnnxStep.Same : OnnxStep.Of(x => x.to(type));
    }

    /// <summary>The share of values to drop is an attribute before version 12 and an input after it.</summary>
    public static OnnxStep Dropout(OnnxNode node)
    {
        const double Standard = 0.5;
        node.Attributes.Ignore("seed");
        if (node.Has(2) && node.Number(2, "the training mode") != 0)
        {
            throw node.Unsupported("expected evaluation mode, got training mode. Export the model in evaluation mode.");
        }

        var share = node.Number(1, "the share to drop") ?? node.Attributes.Number("ratio", Standard);
        return share is >= 0 and < 1 ? nn.Dropout(share) : throw node.Invalid($"expected a share of at least 0 and below 1 to drop, got {share}.");
    }
}
