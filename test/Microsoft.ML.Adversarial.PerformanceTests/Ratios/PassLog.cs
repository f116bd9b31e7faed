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
        return logits.requires_grad ? GradientCount.apply(logits, pass) : logits;
    }

    /// <summary>Makes as many passes over as many rows each: a forward pass for every gradient, and those that no gradient followed.</summary>
    public void Replay()
    {
        foreach (var pass in _passes)
        {
            for (var gradient = 0; gradient < pass.Gradients; gradient++)
            {
                using var scope = NewDisposeScope();
                var leaf = subject.Inputs.narrow(0, 0, pass.Rows).detach().requires_grad_();
                var logits = subject.Plain.call(leaf);
                autograd.backward(logits, ones_like(logits), inputs: [leaf]);
            }

            if (pass.Gradients == 0)
            {
                using var scope = NewDisposeScope();
                using var grad = no_grad();
                subject.Plain.call(subject.Inputs.narrow(0, 0, pass.Rows));
            }
        }
    }

    private sealed class Pass(long rows)
    {
        public long Rows { get; } = rows;

        public int Gradients { get; set; }
    }

    private sealed class GradientCount : autograd.SingleTensorFunction<GradientCount>
    {
        public override string Name => nameof(GradientCount);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            ctx.save_data("pass", vars[1]);
            return ((Tensor)vars[0]).alias();
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            ((Pass)ctx.get_data("pass")).Gradients++;
            return [grad_output.alias(), null!];
        }
    }
}
