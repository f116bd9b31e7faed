using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Onnx;

/// <summary>
/// A value of the graph during import: what it is for two rows and for three. Sizes that grow with the rows are told from fixed ones by
/// comparing the two, so that what exporters compute of shapes need not run again.
/// </summary>
internal sealed class OnnxValue(Tensor ofTwoRows, Tensor ofThreeRows, bool isConstant)
{
    /// <summary>How many rows the first of the two trials has; the other has one more.</summary>
    public const int FewRows = 2;

    public Tensor OfTwoRows => ofTwoRows;

    public Tensor OfThreeRows => ofThreeRows;

    /// <summary>Whether it depends on no input of the network.</summary>
    public bool IsConstant => isConstant;

    public int Rank => (int)ofTwoRows.dim();

    public ScalarType Type => ofTwoRows.dtype;

    /// <summary>Whether it holds whole numbers.</summary>
    public bool IsInteger => Type is ScalarType.Int64 or ScalarType.Int32 or ScalarType.Int16 or ScalarType.Int8 or ScalarType.Byte;

    /// <summary>The sizes of its axes.</summary>
    public RowSize[] Shape => [.. ofTwoRows.shape.Zip(ofThreeRows.shape, RowSize.Of)];

    /// <summary>Whole numbers that follow from the number of rows alone; null where they depend on the input's values.</summary>
    public RowSize[]? Integers
    {
        get
        {
            if (!IsInteger || ofTwoRows.numel() != ofThreeRows.numel() || ofTwoRows.numel() > NetworkDefinition.MaximumLayerCount)
            {
                return null;
            }

            using var few = ofTwoRows.to(ScalarType.Int64);
            using var more = ofThreeRows.to(ScalarType.Int64);
            return [.. few.data<long>().ToArray().Zip(more.data<long>().ToArray(), RowSize.Of)];
        }
    }
}

/// <summary>A size that is PerRow · rows + Fixed.</summary>
internal readonly record struct RowSize(long PerRow, long Fixed)
{
    public bool IsFixed => PerRow == 0;

    /// <summary>Whether this is the number of rows itself.</summary>
    public bool IsRows => this == new RowSize(1, 0);

    public static RowSize Of(long ofTwoRows, long ofThreeRows) =>
        new(unchecked(ofThreeRows - ofTwoRows), unchecked(ofTwoRows - (OnnxValue.FewRows * (ofThreeRows - ofTwoRows))));

    public long At(long rows) => unchecked((PerRow * rows) + Fixed);
}
