using Microsoft.ML.Adversarial.Classifiers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.PerformanceTests.Ratios;

/// <summary>A classifier that takes note of the passes that an attack makes through it, so that they can be made again without the attack.</summary>
internal sealed class PassLog(Subject subject) : IDifferentiableClassifier
{
    private readonly IDifferentiableClassifier _inner = subject.Classifier;
    private readonly List<Pass> _passes = [];

    public IReadOnlyList<long> InputShape => _inner.InputShape;

    public int ClassCount => _inner.ClassCount;

    public InputBounds Bounds => _inner.Bounds;

    public ScalarType ElementType => _inner.ElementType;

    public Device Device => _inner.Device;

    public Tensor Logits(Tensor inputs)
    {
        var pass = new Pass(inputs.shape[0]);
        _passes.Add(pass);
        var logits = _inner.Logits(inputs);
        return logits.requires_grad ? BackwardCount.apply(logits, pass) : logits;
    }

    /// <summary>Makes the same passes, over as many rows each.</summary>
    public void Replay()
    {
        foreach (var pass in _passes)
        {
            using var scope = NewDisposeScope();
            using var grad = set_grad_enabled(pass.Backward > 0);
            var leaf = subject.Inputs.narrow(0, 0, pass.Rows).detach().requires_grad_();
            var logits = subject.Classifier.Module.call(leaf);
            for (var backward = 0; backward < pass.Backward; backward++)
            {
                autograd.backward(logits, ones_like(logits), retain_graph: backward < pass.Backward - 1, inputs: [leaf]);
            }
        }
    }

    private sealed class Pass(long rows)
    {
        public long Rows { get; } = rows;

        public int Backward { get; set; }
    }

    private sealed class BackwardCount : autograd.SingleTensorFunction<BackwardCount>
    {
        public override string Name => nameof(BackwardCount);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            ctx.save_data("pass", vars[1]);
            return ((Tensor)vars[0]).alias();
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            ((Pass)ctx.get_data("pass")).Backward++;
            return [grad_output.alias(), null!];
        }
    }
}
