using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>Against the published algorithm as it is written: one row, one parameter tensor moved in place at a time.</summary>
[TestClass]
public sealed class PublishedFisherInformationTests
{
    public static IEnumerable<object[]> Networks => FisherCases.Names;

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void DifferencesAreThoseOfTheAlgorithm(string name)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(FisherCases.Network(name), InputBounds.Unit);
        Tensor inputs = TestNetworks.Normal([3, .. classifier.InputShape]);
        foreach (double step in new[] { 1e-3, 0.05 })
        {
            PublishedFisherInformation published = new(classifier, step);
            double[] forms = published.QuadraticForm(inputs).data<double>().ToArray();
            Tensor sensitivities = published.Sensitivity(inputs);
            for (int row = 0; row < 3; row++)
            {
                (double form, double[] sensitivity) = Algorithm(classifier.Module, inputs.narrow(0, row, 1), step);
                Assert.AreEqual(form, forms[row], 1e-8 * form);
                double largest = sensitivity.Max(Math.Abs);
                double[] actual = sensitivities[row].contiguous().data<double>().ToArray();
                for (int index = 0; index < actual.Length; index++)
                {
                    Assert.AreEqual(sensitivity[index], actual[index], 1e-6 * largest);
                }
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void DerivativesAreTheDefinitions(string name)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using NetworkClassifier classifier = new(FisherCases.Network(name), InputBounds.Unit);
        Tensor inputs = TestNetworks.Normal([3, .. classifier.InputShape]);
        DenseFisher[] expected = DenseFisher.Of(classifier.Module, inputs);
        PerTensorFisherInformation perTensor = new(classifier);
        double[] forms = perTensor.QuadraticForm(inputs).data<double>().ToArray();
        Tensor sensitivities = perTensor.Sensitivity(inputs);
        for (int row = 0; row < 3; row++)
        {
            Assert.AreEqual(expected[row].BlockForm, forms[row], 1e-10 * expected[row].BlockForm);
            double largest = expected[row].BlockSensitivity.Max(Math.Abs);
            double[] actual = sensitivities[row].contiguous().data<double>().ToArray();
            for (int index = 0; index < actual.Length; index++)
            {
                Assert.AreEqual(expected[row].BlockSensitivity[index], actual[index], 1e-9 * largest);
            }
        }
    }

    [TestMethod]
    public void LayersWithoutRulesAreRefused()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using nn.Module<Tensor, Tensor> module = UserModules.Create("a bare parameter");
        using NetworkClassifier classifier = new(module, [6], 3, InputBounds.Unbounded);
        Tensor inputs = TestNetworks.Normal([2, 6]);
        Assert.Contains(
            "Scaled", Assert.ThrowsExactly<InvalidOperationException>(() => new PerTensorFisherInformation(classifier).QuadraticForm(inputs)).Message);
        Assert.ThrowsExactly<InvalidOperationException>(() => new PublishedFisherInformation(classifier).Sensitivity(inputs));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new PublishedFisherInformation(classifier, 0));
    }

    private static (double Form, double[] Sensitivity) Algorithm(nn.Module<Tensor, Tensor> module, Tensor row, double step)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor logits = module.call(row).log_softmax(1);
        long predicted = logits.argmax(1).item<long>();
        module.zero_grad();
        logits[0, predicted].backward();
        TorchSharp.Modules.Parameter[] parameters = [.. module.parameters()];
        Tensor[] v = [.. parameters.Select(parameter => parameter.grad!.clone())];
        module.zero_grad();
        double form = 0;
        double[] sensitivity = new double[row.numel()];
        for (int one = 0; one < parameters.Length; one++)
        {
            List<(Tensor Log, Tensor[] Slopes)> sides = [];
            foreach (double sign in new[] { 1.0, -1.0 })
            {
                Tensor before = parameters[one].detach().clone();
                using (torch.no_grad())
                {
                    parameters[one].add_(v[one], sign * step);
                }

                Tensor input = row.detach().clone().requires_grad_();
                Tensor all = module.call(input).log_softmax(1);
                Tensor rest = all.index_select(1, torch.arange(all.shape[1]).masked_select(torch.arange(all.shape[1]) != predicted)).logsumexp(1);
                Tensor[] values = [all[0, predicted], all[0, predicted].exp(), rest[0], rest[0].exp()];
                Tensor[] slopes = [.. values.Select(value => torch.autograd.grad([value], [input], retain_graph: true)[0].flatten())];
                sides.Add((all.detach(), slopes));
                using (torch.no_grad())
                {
                    parameters[one].copy_(before);
                }
            }

            form += ((sides[0].Log - sides[1].Log) * (sides[0].Log.exp() - sides[1].Log.exp())).sum().item<double>() / (4 * step * step);
            for (int side = 0; side < 4; side += 2)
            {
                Tensor product = (sides[0].Slopes[side] - sides[1].Slopes[side]) * (sides[0].Slopes[side + 1] - sides[1].Slopes[side + 1]);
                double[] part = (product / (4 * step * step)).contiguous().data<double>().ToArray();
                sensitivity = [.. sensitivity.Zip(part, (sum, value) => sum + value)];
            }
        }

        return (form, sensitivity);
    }
}
