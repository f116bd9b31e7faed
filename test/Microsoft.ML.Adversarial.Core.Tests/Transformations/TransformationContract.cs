using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transformations;

/// <summary>What every transformation keeps to, whatever it does.</summary>
[TestClass]
public sealed class TransformationContract
{
    private const int Count = 7;

    private static readonly long[] Image = [3, 6, 5];

    public static IEnumerable<object[]> Transformations => TransformationTable.Rows;

    [TestMethod]
    [DynamicData(nameof(Transformations))]
    public void ResultsHaveThePromisedShapeAndTheTypeOfTheInputsAndStayInTheRange(object transformation)
    {
        InputTransformation one = Of(transformation);
        foreach (ScalarType type in new[] { ScalarType.Float32, ScalarType.Float64 })
        {
            using DisposeScope scope = torch.NewDisposeScope();
            Tensor result = one.Apply(Inputs(one, type));

            CollectionAssert.AreEqual(new long[] { Count }.Concat(one.OutputShape(Image)).ToArray(), result.shape);
            Assert.AreEqual(type, result.dtype);
            Assert.IsFalse(result.requires_grad);
            ValueRange range = one is ThermometerEncoding ? ValueRange.Unit : one.Range;
            Assert.IsGreaterThanOrEqualTo(range.Lower - 1e-6, result.min().to(ScalarType.Float64).item<double>());
            Assert.IsLessThanOrEqualTo(range.Upper + 1e-6, result.max().to(ScalarType.Float64).item<double>());
        }
    }

    [TestMethod]
    [DynamicData(nameof(Transformations))]
    public void TheSeedDecidesEveryBitOfRandomOnesAndNothingElseDoes(object transformation)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        InputTransformation one = Of(transformation);
        Tensor inputs = Inputs(one);
        byte[] first = SmallNetwork.Bits(one.Apply(inputs, seed: 3));
        CollectionAssert.AreEqual(first, SmallNetwork.Bits(one.Apply(inputs, seed: 3)));
        Assert.AreEqual(!one.IsRandom, first.SequenceEqual(SmallNetwork.Bits(one.Apply(inputs, seed: 4))), "depends on the seed");
    }

    [TestMethod]
    [DynamicData(nameof(Transformations))]
    public void ARowIsTransformedAlikeInAnyBatch(object transformation)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        InputTransformation one = Of(transformation);
        Tensor inputs = Inputs(one);
        Tensor order = torch.tensor(new long[] { 5, 2, 6 });
        Tensor expected = one.Apply(inputs, 9, [10, 11, 12, 13, 14, 15, 16]).index_select(0, order);
        Tensor actual = one.Apply(inputs.index_select(0, order), 9, [15, 12, 16]);
        Assert.IsLessThan(1e-6, (expected - actual).abs().max().to(ScalarType.Float64).item<double>());
        Assert.AreEqual(
            one.IsRandom, !SmallNetwork.Bits(expected).SequenceEqual(SmallNetwork.Bits(one.Apply(inputs.index_select(0, order), 9, [1, 2, 3]))));
    }

    [TestMethod]
    [DynamicData(nameof(Transformations))]
    public void EverythingElseIsLeftAsItWas(object transformation)
    {
        InputTransformation one = Of(transformation);
        using Tensor inputs = Inputs(one).requires_grad_();
        using nn.Module nothing = nn.Identity();
        Untouched untouched = new(nothing, inputs);
        one.Apply(inputs).Dispose();
        untouched.Verify();
        using IDisposable mode = torch.inference_mode();
        one.Apply(inputs).Dispose();
        Assert.IsTrue(torch.is_inference_mode_enabled());
    }

    [TestMethod]
    [DynamicData(nameof(Transformations))]
    public void NoTensorsAreLeft(object transformation)
    {
        InputTransformation one = Of(transformation);
        using Tensor inputs = Inputs(one);
        LiveTensors.AssertNoneLeft(() => [one.Apply(inputs)]);
    }

    [TestMethod]
    [DynamicData(nameof(Transformations))]
    public void FlatInputsAreTransformedAlikeOrRefused(object transformation)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        InputTransformation one = Of(transformation);
        Tensor inputs = Inputs(one);
        if (one.NeedsImages)
        {
            string message = Assert.ThrowsExactly<ArgumentException>(() => one.Apply(inputs.flatten(1))).Message;
            Assert.Contains($"{one.GetType().Name} works on images [channels, height, width], got [90]. Say the shape", message);
            return;
        }

        Tensor flat = one.Apply(inputs.flatten(1));
        Tensor shaped = one.Apply(inputs);
        long bits = shaped.numel() / inputs.numel();
        Tensor expected = shaped.reshape(Count, Image[0], bits, Image[1] * Image[2]).transpose(2, 3).flatten(1);
        CollectionAssert.AreEqual(SmallNetwork.Bits(expected), SmallNetwork.Bits(flat));
    }

    [TestMethod]
    [DynamicData(nameof(Transformations))]
    public void InputsThatCannotBeWorkedOnAreNamed(object transformation)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        InputTransformation one = Of(transformation);
        Tensor inputs = Inputs(one);
        CollectionAssert.AreEqual(new long[] { 0 }.Concat(one.OutputShape(Image)).ToArray(), one.Apply(inputs.narrow(0, 0, 0)).shape);
        Assert.Contains(
            "Expected 7 row keys, one per row, got 1.", Assert.ThrowsExactly<ArgumentException>(() => one.Apply(inputs, 0, [1])).Message);
        Assert.Contains(
            "Expected floating inputs", Assert.ThrowsExactly<ArgumentException>(() => one.Apply(inputs.to(ScalarType.Int64))).Message);
        inputs[4, 1, 2, 3] = double.NaN;
        Assert.AreEqual(4, Assert.ThrowsExactly<AdversarialInputException>(() => one.Apply(inputs)).Row);
    }

    [TestMethod]
    [DynamicData(nameof(Transformations))]
    public void ItsDescriptionMakesItAgain(object transformation)
    {
        InputTransformation one = Of(transformation);
        TransformationDescription description = TransformationDescription.Of(one);
        Assert.AreEqual(one, description.Create());
        Assert.AreEqual(one, (description with { Name = description.Name.ToUpperInvariant() }).Create());
    }

    private static InputTransformation Of(object transformation) => ((TransformationCase)transformation).Transformation;

    private static Tensor Inputs(InputTransformation transformation, ScalarType type = ScalarType.Float32)
    {
        using Tensor unit = TestNetworks.Uniform([Count, .. Image], type: type);
        using Tensor wide = unit * (transformation.Range.Upper - transformation.Range.Lower);
        return wide + transformation.Range.Lower;
    }
}
