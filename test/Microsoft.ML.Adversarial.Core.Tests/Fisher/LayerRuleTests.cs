using Microsoft.ML.Adversarial.Fisher.LayerRules;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>Each rule's Gram matrix against the parameter gradients that autograd gives, for random settings.</summary>
[TestClass]
public sealed class LayerRuleTests
{
    private const int Rows = 3;
    private const int Cotangents = 4;

    [TestMethod]
    public void Linear()
    {
        Random random = new(1);
        for (int round = 0; round < 15; round++)
        {
            int features = random.Next(1, 9);
            long[] between = [.. Enumerable.Repeat(0, random.Next(3)).Select(_ => (long)random.Next(1, 5))];
            using nn.Module<Tensor, Tensor> layer = nn.Linear(features, random.Next(1, 7), random.Next(2) == 0, dtype: ScalarType.Float64);
            AssertGram(layer, [.. between, features]);
        }
    }

    [TestMethod]
    public void Conv2d()
    {
        Random random = new(2);
        (int eachGradient, int ghost, int allGradients) = (0, 0, 0);
        for (int round = 0; round < 60; round++)
        {
            int groups = random.Next(1, 4);
            (long, long) kernel = (random.Next(1, 4), random.Next(1, 4));
            (long, long) dilation = (random.Next(1, 3), random.Next(1, 3));
            long channels = groups * random.Next(1, 9);
            using nn.Module<Tensor, Tensor> layer = nn.Conv2d(
                groups * random.Next(1, 12), channels, kernel, (random.Next(1, 3), random.Next(1, 4)), (random.Next(3), random.Next(3)),
                dilation, PaddingModes.Zeros, groups, random.Next(2) == 0, dtype: ScalarType.Float64);
            long[] shape = [((Conv2d)layer).in_channels, random.Next(5, 9), random.Next(5, 9)];
            (long positions, long perGroup) = AssertGram(layer, shape);
            long patch = perGroup * kernel.Item1 * kernel.Item2;
            if (patch <= positions)
            {
                eachGradient++;
            }
            else if (positions * (patch + (Cotangents * channels / groups)) < patch * Cotangents * channels / groups)
            {
                ghost++;
            }
            else
            {
                allGradients++;
            }
        }

        Assert.IsGreaterThan(3, Math.Min(eachGradient, Math.Min(ghost, allGradients)), $"of {(eachGradient, ghost, allGradients)} one form was hardly tried");
    }

    [TestMethod]
    public void BatchNorm()
    {
        Random random = new(3);
        for (int round = 0; round < 15; round++)
        {
            int channels = random.Next(1, 6);
            using nn.Module<Tensor, Tensor> vectors = nn.BatchNorm1d(channels, eps: random.NextDouble(), dtype: ScalarType.Float64);
            using nn.Module<Tensor, Tensor> maps = nn.BatchNorm2d(channels, eps: random.NextDouble(), dtype: ScalarType.Float64);
            AssertGram(WithStatistics(vectors), round % 2 == 0 ? [channels] : [channels, random.Next(1, 5)]);
            AssertGram(WithStatistics(maps), [channels, random.Next(1, 5), random.Next(1, 5)]);
        }
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(7)]
    [DataRow(16)]
    [DataRow(49)]
    [DataRow(784)]
    public void SumsOfChannelsInSinglePrecisionAreThoseInDouble(int positions)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor inputs = TestNetworks.Normal([Rows, 5, positions], seed: 11);
        Tensor cotangent = TestNetworks.Normal([Rows, 5, positions], seed: 12);
        Tensor expected = stack([(cotangent * inputs).sum(2), cotangent.sum(2)], 1);

        Tensor sums = ChannelSums.TryTake(cotangent.to(ScalarType.Float32), inputs.to(ScalarType.Float32))!;

        CollectionAssert.AreEqual(new long[] { Rows, 2, 5 }, sums.shape);
        double size = (cotangent.abs() * (1 + inputs.abs())).sum(2).max().item<double>();
        Assert.IsLessThan(1e-6 * size, (sums.to(ScalarType.Float64) - expected).abs().max().item<double>());
        Assert.IsNull(ChannelSums.TryTake(cotangent, inputs), "float64 takes the way through tensors");
        Assert.IsNull(ChannelSums.TryTake(cotangent.to(ScalarType.Float32).transpose(0, 1), inputs.to(ScalarType.Float32).transpose(0, 1)));
    }

    [TestMethod]
    public void Conv1d()
    {
        Random random = new(4);
        for (int round = 0; round < 30; round++)
        {
            int groups = random.Next(1, 4);
            using nn.Module<Tensor, Tensor> layer = nn.Conv1d(
                groups * random.Next(1, 5), groups * random.Next(1, 5), random.Next(1, 4), random.Next(1, 3), random.Next(3), random.Next(1, 3),
                PaddingModes.Zeros, groups, random.Next(2) == 0, dtype: ScalarType.Float64);
            AssertGram(layer, [((Conv1d)layer).in_channels, random.Next(6, 12)]);
        }
    }

    [TestMethod]
    public void SamePadding()
    {
        Random random = new(5);
        for (int round = 0; round < 20; round++)
        {
            using nn.Module<Tensor, Tensor> maps = nn.Conv2d(
                2, 3, (random.Next(1, 5), random.Next(1, 5)), Padding.Same, dilation: (random.Next(1, 3), random.Next(1, 3)), dtype: ScalarType.Float64);
            using nn.Module<Tensor, Tensor> sequences = nn.Conv1d(2, 3, random.Next(1, 5), Padding.Same, dilation: random.Next(1, 3), dtype: ScalarType.Float64);
            AssertGram(maps, [2, 6, 7]);
            AssertGram(sequences, [2, 8]);
        }
    }

    [TestMethod]
    public void LayerNorm()
    {
        Random random = new(6);
        for (int round = 0; round < 20; round++)
        {
            long[] between = [.. Enumerable.Repeat(0, random.Next(3)).Select(_ => (long)random.Next(1, 5))];
            long[] normalised = [.. Enumerable.Repeat(0, random.Next(1, 3)).Select(_ => (long)random.Next(2, 6))];
            using nn.Module<Tensor, Tensor> layer = nn.LayerNorm(normalised, random.NextDouble() + 0.01, true, random.Next(2) == 0, dtype: ScalarType.Float64);
            AssertGram(layer, [.. between, .. normalised]);
        }
    }

    [TestMethod]
    public void GroupNorm()
    {
        Random random = new(7);
        for (int round = 0; round < 20; round++)
        {
            int groups = random.Next(1, 4);
            int channels = groups * random.Next(1, 4);
            long[] positions = [.. Enumerable.Repeat(0, random.Next(1, 3)).Select(_ => (long)random.Next(2, 5))];
            using nn.Module<Tensor, Tensor> layer = nn.GroupNorm(groups, channels, random.NextDouble() + 0.01, dtype: ScalarType.Float64);
            AssertGram(layer, [channels, .. positions]);
        }
    }

    [TestMethod]
    public void Embedding()
    {
        Random random = new(8);
        for (int round = 0; round < 20; round++)
        {
            using nn.Module<Tensor, Tensor> layer = nn.Embedding(
                random.Next(3, 7), random.Next(1, 5), padding_idx: round % 2 == 0 ? random.Next(3) : null, dtype: ScalarType.Float64);
            AssertGram(layer, [random.Next(1, 9)]);
        }
    }

    [TestMethod]
    public void WhatARuleIsNotExactForItDoesNotCover()
    {
        AssertNotCovered(nn.Conv2d(3, 4, 3, padding: 1, padding_mode: PaddingModes.Reflect));
        AssertNotCovered(nn.Conv1d(3, 4, 3, padding: 1, padding_mode: PaddingModes.Circular));
        AssertNotCovered(nn.BatchNorm1d(3, track_running_stats: false));
        AssertNotCovered(nn.BatchNorm2d(3, track_running_stats: false));
        AssertNotCovered(nn.LayerNorm(3, elementwise_affine: false));
        AssertNotCovered(nn.InstanceNorm1d(3, affine: true));
        AssertNotCovered(nn.Embedding(5, 2, scale_grad_by_freq: true));
        AssertNotCovered(nn.ConvTranspose2d(3, 4, 3));
        AssertNotCovered(nn.Bilinear(2, 2, 2));
    }

    private static void AssertNotCovered(nn.Module module)
    {
        using (module)
        {
            Assert.IsNull(LayerRuleTable.Find(module), module.GetName());
        }
    }

    private static nn.Module<Tensor, Tensor> WithStatistics(nn.Module<Tensor, Tensor> layer)
    {
        using IDisposable frozen = torch.no_grad();
        NormBase norm = (NormBase)layer;
        norm.running_mean!.copy_(TestNetworks.Normal(norm.running_mean!.shape, 4));
        norm.running_var!.copy_(TestNetworks.Uniform(norm.running_var!.shape, 5, ScalarType.Float64) + 0.5);
        norm.weight!.copy_(TestNetworks.Normal(norm.weight!.shape, 6));
        layer.eval();
        return layer;
    }

    private static (long Positions, long ChannelsPerGroup) AssertGram(nn.Module<Tensor, Tensor> layer, long[] shape)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor inputs = layer is Embedding
            ? torch.randint(0, ((Embedding)layer).weight!.shape[0], [Rows, .. shape], ScalarType.Int64, generator: new Generator(8))
            : TestNetworks.Normal([Rows, .. shape], seed: 8);
        long[] output = layer.call(inputs).shape;
        Tensor cotangents = TestNetworks.Normal([Rows, Cotangents, .. output[1..]], seed: 9);

        AssertTangents(layer, inputs, cotangents.select(1, 0));
        ILayerRule rule = LayerRuleTable.Find(layer)!;
        AssertCheaperOutput(layer, rule, inputs, cotangents.select(1, 0));
        Tensor condensed = stack(cotangents.unbind(1).Select(rule.Condense(inputs)), 1);
        Tensor gram = rule.Grams(inputs, condensed).Aggregate((sum, part) => sum + part);

        CollectionAssert.AreEqual(new long[] { Rows, Cotangents, Cotangents }, gram.shape);
        for (int row = 0; row < Rows; row++)
        {
            Tensor input = inputs.narrow(0, row, 1);
            Tensor jacobian = torch.stack(Enumerable.Range(0, Cotangents).Select(one => Gradient(layer, input, cotangents[row, one])));
            Tensor expected = jacobian.mm(jacobian.t());
            double difference = ((expected - gram[row]).abs().max() / expected.abs().max().clamp(min: 1e-300)).item<double>();
            Assert.IsLessThan(1e-12, difference, $"{layer} on {string.Join("×", shape)}");
        }

        long positions = output.Skip(2).Aggregate(1L, (product, size) => product * size);
        return (positions, layer is Conv2d convolution ? convolution.in_channels / convolution.groups : 0);
    }

    private static void AssertCheaperOutput(nn.Module<Tensor, Tensor> layer, ILayerRule rule, Tensor inputs, Tensor cotangent)
    {
        Assert.AreEqual(layer is BatchNorm1d or BatchNorm2d, rule.CheaperOutput(inputs) is not null, $"{layer}");
        if (rule.CheaperOutput(inputs) is null)
        {
            return;
        }

        Tensor leaf = inputs.detach().requires_grad_();
        (Tensor cheaper, Tensor own) = (rule.CheaperOutput(leaf)!, layer.call(leaf));
        Assert.IsLessThan(1e-12, (cheaper - own).abs().max().item<double>(), $"{layer}");
        Tensor difference = autograd.grad([cheaper], [leaf], [cotangent])[0] - autograd.grad([own], [leaf], [cotangent])[0];
        Assert.IsLessThan(1e-12, difference.abs().max().item<double>(), $"{layer}");
    }

    // Layers are linear in their parameters: a step along v changes the output by the tangent, at any input.
    private static void AssertTangents(nn.Module<Tensor, Tensor> layer, Tensor inputs, Tensor cotangent)
    {
        IReadOnlyList<Func<Tensor, Tensor>> tangents = LayerRuleTable.Find(layer)!.Tangents(inputs, cotangent);
        TorchSharp.Modules.Parameter[] parameters = [.. layer.parameters()];
        Assert.HasCount(parameters.Length, tangents);
        Tensor elsewhere = inputs.is_floating_point() ? TestNetworks.Normal(inputs.shape, seed: 10) : inputs.flip(1);
        foreach ((int one, Tensor place) in Enumerable.Range(0, parameters.Length).SelectMany(one => new[] { (one, inputs), (one, elsewhere) }))
        {
            Tensor tangent = tangents[one](place).expand(cotangent.shape);
            for (int row = 0; row < Rows; row++)
            {
                layer.zero_grad();
                (layer.call(inputs.narrow(0, row, 1)) * cotangent[row].unsqueeze(0)).sum().backward();
                Tensor direction = parameters[one].grad!.clone();
                layer.zero_grad();
                using IDisposable frozen = torch.no_grad();
                Tensor input = place.narrow(0, row, 1);
                Tensor before = layer.call(input);
                parameters[one].add_(direction);
                Tensor expected = (layer.call(input) - before)[0];
                parameters[one].sub_(direction);
                double difference = (expected - tangent[row]).abs().max().item<double>();
                Assert.IsLessThan(1e-11 * (1 + before.abs().max().item<double>()) * (1 + direction.abs().max().item<double>()), difference, $"{layer}");
            }
        }
    }

    private static Tensor Gradient(nn.Module<Tensor, Tensor> layer, Tensor input, Tensor cotangent)
    {
        layer.zero_grad();
        (layer.call(input) * cotangent.unsqueeze(0)).sum().backward();
        Tensor gradient = torch.cat([.. layer.parameters().Select(parameter => parameter.grad!.flatten().clone())]);
        layer.zero_grad();
        return gradient;
    }
}
