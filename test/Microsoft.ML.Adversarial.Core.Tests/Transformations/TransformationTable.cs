namespace Microsoft.ML.Adversarial.Transformations;

/// <summary>A transformation under test.</summary>
/// <param name="Name">Shown in test results.</param>
/// <param name="Transformation">The transformation.</param>
internal sealed record TransformationCase(string Name, InputTransformation Transformation)
{
    public override string ToString() => Name;
}

/// <summary>Every transformation of the library. To add one: a line here, and it inherits <see cref="TransformationContract"/>.</summary>
internal static class TransformationTable
{
    private static readonly ValueRange Signed = new(-1, 3);

    public static readonly IReadOnlyList<TransformationCase> All =
    [
        new("bit depth", new BitDepthReduction()),
        new("bit depth, signed", new BitDepthReduction { Bits = 2, Range = Signed }),
        new("median", new MedianSmoothing()),
        new("median, signed", new MedianSmoothing { Window = 3, Range = Signed }),
        new("JPEG", new JpegCompression()),
        new("JPEG, signed", new JpegCompression { Quality = 30, Range = Signed }),
        new("total variation", new TotalVariationMinimisation { Iterations = 20 }),
        new("total variation, signed", new TotalVariationMinimisation { DropProbability = 0, Weight = 0.1, Iterations = 20, Range = Signed }),
        new("resize and pad", new RandomResizePad { SmallestSize = 0.5 }),
        new("resize and pad, signed", new RandomResizePad { SmallestSize = 0.4, Probability = 0.7, Range = Signed }),
        new("thermometer", new ThermometerEncoding()),
        new("thermometer, signed", new ThermometerEncoding { Levels = 5, Range = Signed }),
    ];

    public static IEnumerable<object[]> Rows => All.Select(one => new object[] { one });
}
