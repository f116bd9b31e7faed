using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

[TestClass]
public sealed class UserModuleTests
{
    private const int Rows = 4;

    public static IEnumerable<object[]> Modules => UserModules.All.Keys.Select(name => new object[] { name });

    [TestMethod]
    [DynamicData(nameof(Modules))]
    public void TheTraceIsExactForAnyModule(string name)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using nn.Module<Tensor, Tensor> module = UserModules.Create(name);
        Tensor inputs = TestNetworks.Normal([Rows, 6]);
        double[] expected = DenseFisher.TraceOf(module, inputs);
        using NetworkClassifier classifier = new(module, [6], 3, InputBounds.Unbounded);
        Untouched untouched = new(module, inputs);

        double[] trace = FisherTraceTests.Scores(new FisherTrace(classifier), inputs);

        untouched.Verify();
        FisherTraceTests.AssertClose(expected, trace, 1e-10);
    }

    [TestMethod]
    [DynamicData(nameof(Modules))]
    public void FrozenParametersCountAndStayFrozen(string name)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using nn.Module<Tensor, Tensor> module = UserModules.Create(name);
        Tensor inputs = TestNetworks.Normal([Rows, 6]);
        using NetworkClassifier classifier = new(module, [6], 3, InputBounds.Unbounded);
        double[] expected = FisherTraceTests.Scores(new FisherTrace(classifier), inputs);
        foreach (TorchSharp.Modules.Parameter parameter in module.parameters())
        {
            parameter.requires_grad = false;
        }

        FisherTraceTests.AssertClose(expected, FisherTraceTests.Scores(new FisherTrace(classifier), inputs), 1e-12);
        Assert.IsFalse(module.parameters().Any(parameter => parameter.requires_grad));
    }

    [TestMethod]
    [DynamicData(nameof(Modules))]
    public void HooksChangeNothingAndGoWithTheClassifier(string name)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using nn.Module<Tensor, Tensor> module = UserModules.Create(name);
        Tensor inputs = TestNetworks.Normal([Rows, 6]);
        byte[] expected = SmallNetwork.Bits(module.call(inputs));
        NetworkClassifier classifier = new(module, [6], 3, InputBounds.Unbounded);
        CollectionAssert.AreEqual(expected, SmallNetwork.Bits(module.call(inputs)));

        classifier.Dispose();

        // Without hooks nothing is recorded: a run on the disposed taps sees no layer.
        (Tensor logits, LayerRecording recording) = classifier.Taps.Run(module.call, inputs);
        Assert.IsEmpty(recording.Uses);
        CollectionAssert.AreEqual(expected, SmallNetwork.Bits(logits));
    }

    [TestMethod]
    public void LogitsWithoutAGraphAreAnError()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using nn.Module<Tensor, Tensor> detaching = new Detaching();
        detaching.eval();
        using NetworkClassifier classifier = new(detaching, [6], 3, InputBounds.Unbounded);
        var e = Assert.ThrowsExactly<InvalidOperationException>(() => new FisherTrace(classifier).Score(torch.rand(2, 6)));
        Assert.Contains("expected a graph, got none", e.Message);
    }

    private sealed class Detaching : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> linear = nn.Linear(6, 3);

        public Detaching()
            : base(nameof(Detaching)) => RegisterComponents();

        public override Tensor forward(Tensor x) => linear.call(x).detach();
    }
}
