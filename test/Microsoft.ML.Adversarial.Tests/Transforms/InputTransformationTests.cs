using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Adversarial.Transformations;
using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>Input transformations as columns; what holds of every estimator is in <see cref="EstimatorContractTests"/>.</summary>
[TestClass]
public sealed class InputTransformationTests
{
    private static readonly string[] FeatureNames = ["Id", "Extra"];

    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void The_columns_are_what_the_core_computes()
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        var images = Mnist.Load(_ml, 12);
        var inputs = tensor(Cells.Read(images, "Features").Values.SelectMany(row => row).ToArray()).reshape(12, 1, 28, 28);
        var transforms = _ml.Transforms;
        (InputTransformation Transformation, InputTransformationEstimator Estimator)[] all =
        [
            (new BitDepthReduction { Bits = 2 }, transforms.BitDepthReduction("Out", "Features", bits: 2)),
            (new MedianSmoothing { Window = 3 }, transforms.MedianSmoothing("Out", "Features", window: 3)),
            (new JpegCompression { Quality = 40 }, transforms.JpegCompression("Out", "Features", quality: 40)),
            (new TotalVariationMinimisation { DropProbability = 0, Weight = 0.1 },
                transforms.TotalVariationMinimisation("Out", "Features", dropProbability: 0, weight: 0.1)),
            (new RandomResizePad { Probability = 0 }, transforms.RandomResizePad("Out", "Features", probability: 0)),
            (new ThermometerEncoding { Levels = 3, Range = new(-1, 2) }, transforms.ThermometerEncoding("Out", "Features", levels: 3, range: new(-1, 2))),
        ];
        foreach (var (transformation, estimator) in all)
        {
            var transformer = estimator.Fit(images);
            Assert.AreEqual(transformation, transformer.Transformation);
            var expected = transformation.Apply(inputs).flatten(1);
            var actual = Cells.Read(transformer.Transform(images), "Out").Values.ToArray();
            for (var row = 0; row < actual.Length; row++)
                Cells.AreEqual(expected[row].data<float>().ToArray(), actual[row], 1e-6f, $"{transformation.GetType().Name}, row {row}");
        }
    }

    [TestMethod]
    public void Images_keep_their_dimensions_and_flat_ones_get_those_that_are_said()
    {
        var images = Mnist.Load(_ml, 3);
        var flat = _ml.Transforms.CustomMapping<Picture, Flat>((picture, row) => row.Pixels = picture.Features, null).Fit(images).Transform(images);
        AssertDimensions("1,28,28", images, _ml.Transforms.MedianSmoothing("Features"));
        AssertDimensions("16,28,28", images, _ml.Transforms.ThermometerEncoding("Features"));
        AssertDimensions("1,28,28", flat, _ml.Transforms.JpegCompression("Features", "Pixels", imageShape: [1, 28, 28]));
        AssertDimensions("784", flat, _ml.Transforms.BitDepthReduction("Features", "Pixels"));
        AssertDimensions("1568", flat, _ml.Transforms.ThermometerEncoding("Features", "Pixels", levels: 2));
        AssertDimensions("2,28,28", flat, _ml.Transforms.ThermometerEncoding("Features", "Pixels", levels: 2, imageShape: [1, 28, 28]));
        var grey = _ml.Data.LoadFromEnumerable([new Grey()]);
        AssertDimensions("1,4,6", grey, _ml.Transforms.MedianSmoothing("Features", "Pixels"));
    }

    [TestMethod]
    public void Names_of_slots_stay_where_there_are_as_many()
    {
        var numbers = _ml.Transforms.Concatenate("Features", FeatureNames).Fit(Rows()).Transform(Rows());
        VBuffer<ReadOnlyMemory<char>> names = default;
        _ml.Transforms.BitDepthReduction("Few", "Features").Fit(numbers).GetOutputSchema(numbers.Schema)["Few"].GetSlotNames(ref names);
        CollectionAssert.AreEqual(FeatureNames, names.DenseValues().Select(name => name.ToString()).ToArray());
        Assert.IsFalse(_ml.Transforms.ThermometerEncoding("Few", "Features").Fit(numbers).GetOutputSchema(numbers.Schema)["Few"].HasSlotNames());
    }

    [TestMethod]
    public void Random_draws_follow_the_seed_of_the_context_and_the_row()
    {
        var images = Mnist.Load(_ml, 20);
        Dictionary<DataViewRowId, float[]> Read(int seed) =>
            Cells.Read(new MLContext(seed).Transforms.RandomResizePad("Out", "Features").Fit(images).Transform(images), "Out");

        Cells.AreEqual(Read(3), Read(3), tolerance: 0);
        Assert.IsGreaterThan(10, Read(3).Zip(Read(4)).Count(pair => !pair.First.Value.SequenceEqual(pair.Second.Value)));
        var same = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 20).Select(_ => new Grey { Pixels = [.. Enumerable.Repeat(1f, 24)] }).ToArray());
        var rows = Cells.Read(_ml.Transforms.RandomResizePad("Out", "Pixels", smallestSize: 0.5).Fit(same).Transform(same), "Out");
        Assert.IsGreaterThan(5, rows.Values.Select(row => string.Join(' ', row)).Distinct().Count());
    }

    [TestMethod]
    public void A_prediction_engine_gives_what_a_view_gives()
    {
        var rows = FruitRow.Create(9, seed: 3);
        var view = _ml.Data.LoadFromEnumerable(rows);
        var model = _ml.Transforms.TotalVariationMinimisation("Smooth", "Features", imageShape: [2, 2, 2])
            .Append(_ml.Transforms.BitDepthReduction("Few", "Smooth", bits: 2)).Fit(view);
        var expected = Cells.Read(model.Transform(view), "Few").Values.ToArray();
        using var engine = _ml.Model.CreatePredictionEngine<FruitRow, Few>(model);
        for (var row = 0; row < rows.Length; row++)
            Cells.AreEqual(expected[row], engine.Predict(rows[row]).Values, 1e-5f, $"row {row}");
    }

    [TestMethod]
    public void Columns_that_cannot_be_transformed_say_what_to_do()
    {
        var fruit = Fruit.Load(_ml, 10, seed: 1);
        Require(_ml.Transforms.BitDepthReduction("Out", "Kind"), fruit, "Column 'Kind': expected a vector of Single of known size", "ConvertType");
        Require(_ml.Transforms.BitDepthReduction("Out", "Id"), fruit, "Column 'Id': expected a vector of Single of known size, got");
        Require(_ml.Transforms.BitDepthReduction("Nothing"), fruit, "BitDepthReduction: expected a column 'Nothing', got Id");
        var vague = _ml.Data.LoadFromEnumerable([new Vague()]);
        Require(_ml.Transforms.BitDepthReduction("Values"), vague, "Column 'Values': expected a vector of Single of known size");
        Failures.Require<ArgumentException>(
            () => _ml.Transforms.MedianSmoothing("Features").Fit(fruit),
            "Column 'Features': MedianSmoothing works on images", "Say the imageShape of flat vectors");
        Failures.Require<ArgumentException>(
            () => _ml.Transforms.MedianSmoothing("Features", imageShape: [1, 3, 3]).Fit(fruit), "expected a vector of 1×3×3 Single, as the image shape says");
        Failures.Require<ArgumentException>(
            () => _ml.Transforms.JpegCompression("Features", imageShape: [2, 2, 2]), "JpegCompression works on images of 1 or 3 channels");
        Failures.Require<ArgumentOutOfRangeException>(() => _ml.Transforms.BitDepthReduction("Features", bits: 0), "Expected Bits >= 1 and <= 16, got 0");
    }

    [TestMethod]
    public void A_row_that_is_no_number_is_named_and_those_before_it_are_not_lost()
    {
        var rows = FruitRow.Create(40, seed: 5);
        rows[25].Features[6] = float.NaN;
        var data = _ml.Data.LoadFromEnumerable(rows);
        var view = _ml.Transforms.BitDepthReduction("Few", "Features").Fit(data).Transform(data);
        using var cursor = view.GetRowCursor(view.Schema);
        var read = Cells.Reader(cursor, view.Schema["Few"]);
        for (var row = 0; row < 25; row++)
        {
            Assert.IsTrue(cursor.MoveNext());
            Assert.HasCount(FruitRow.FeatureCount, read());
        }

        Assert.IsTrue(cursor.MoveNext());
        Failures.Require<InvalidOperationException>(() => read(), "Row 25, column 'Features', slot 6: expected a finite number, got NaN");
    }

    private static void Require(InputTransformationEstimator estimator, IDataView data, params string[] parts)
    {
        Failures.Require<ArgumentException>(() => estimator.Fit(data), parts);
        Failures.Require<ArgumentException>(() => estimator.GetOutputSchema(SchemaShape.Create(data.Schema)), parts);
    }

    private static void AssertDimensions(string expected, IDataView data, InputTransformationEstimator estimator)
    {
        var type = (VectorDataViewType)estimator.Fit(data).Transform(data).Schema["Features"].Type;
        Assert.AreEqual(expected, string.Join(',', type.Dimensions));
    }

    private IDataView Rows() => _ml.Data.LoadFromEnumerable([new Numbers { Id = 0.2f, Extra = 0.7f }]);

    private sealed class Numbers
    {
        public float Id { get; set; }

        public float Extra { get; set; }
    }

    private sealed class Picture
    {
        [VectorType(1, 28, 28)]
        public float[] Features { get; set; } = [];
    }

    private sealed class Flat
    {
        [VectorType(784)]
        public float[] Pixels { get; set; } = [];
    }

    private sealed class Grey
    {
        [VectorType(4, 6)]
        public float[] Pixels { get; set; } = new float[24];
    }

    private sealed class Vague
    {
        public float[] Values { get; set; } = [1, 2];
    }

    private sealed class Few
    {
        [ColumnName("Few")]
        public float[] Values { get; set; } = [];
    }
}
