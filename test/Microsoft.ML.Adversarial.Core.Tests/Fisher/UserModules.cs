using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>Modules as TorchSharp users write them, 6 features to 3 classes, each with something that the fast path must notice.</summary>
internal static class UserModules
{
    public static readonly IReadOnlyDictionary<string, Func<nn.Module<Tensor, Tensor>>> All =
        new Dictionary<string, Func<nn.Module<Tensor, Tensor>>>
        {
            ["Linear itself"] = () => nn.Linear(6, 3),
            ["in-place ReLU"] = () => nn.Sequential(
                nn.Linear(6, 5), nn.ReLU(inplace: true), nn.Linear(5, 4), nn.ReLU(inplace: true), nn.Linear(4, 3)),
            ["LayerNorm"] = () => nn.Sequential(nn.Linear(6, 5), nn.LayerNorm(5), nn.Tanh(), nn.Linear(5, 3)),
            ["a layer used twice"] = () => new Custom(
                (layers, x) => layers[1].call(layers[0].call(layers[0].call(x).tanh()).tanh()), nn.Linear(6, 6), nn.Linear(6, 3)),
            ["a layer registered twice"] = () => Shared(nn.Linear(6, 6)),
            ["forward called directly"] = () => new Custom(
                (layers, x) => layers[1].call(layers[0].forward(x).tanh()), nn.Linear(6, 5), nn.Linear(5, 3)),
            ["a layer never used"] = () => new Custom((layers, x) => layers[0].call(x), nn.Linear(6, 3), nn.Linear(6, 3)),
            ["rows folded into the batch"] = () => new Custom(
                (layers, x) => layers[1].call(layers[0].call(x.reshape(-1, 3)).tanh().reshape(x.shape[0], 8)),
                nn.Linear(3, 4), nn.Linear(8, 3)),
            ["positions of a sequence"] = () => new Custom(
                (layers, x) => layers[1].call(layers[0].call(x.reshape(-1, 2, 3)).tanh().flatten(1)), nn.Linear(3, 4), nn.Linear(8, 3)),
            ["same padding"] = () => new Custom(
                (layers, x) => layers[1].call(layers[0].call(x.reshape(-1, 1, 2, 3)).tanh().flatten(1)),
                nn.Conv2d(1, 2, 3, padding: Padding.Same), nn.Linear(12, 3)),
            ["softmax between layers"] = () => nn.Sequential(nn.Linear(6, 5), nn.Softmax(1), nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 3)),
            ["softmax registered twice"] = () => Between(nn.Softmax(1)),
            ["sequences in a sequence"] = () => nn.Sequential(
                nn.Sequential(nn.Linear(6, 5), nn.GELU()), nn.Sequential(nn.Linear(5, 4)), nn.Sequential(nn.Identity(), nn.Linear(4, 3))),
            ["log-softmax at the end"] = () => nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 3), nn.LogSoftmax(1)),
            ["a sequence into the last layers"] = () => nn.Sequential(
                nn.Unflatten(1, [2, 3]), nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2), nn.Flatten(), nn.SiLU(), nn.Linear(4, 3)),
            ["Conv1d and GroupNorm"] = () => nn.Sequential(
                nn.Unflatten(1, [2, 3]), nn.Conv1d(2, 4, 2), nn.GroupNorm(2, 4), nn.ReLU(), nn.Flatten(), nn.Linear(8, 3)),
            ["InstanceNorm"] = () => nn.Sequential(
                nn.Unflatten(1, [2, 3]), nn.InstanceNorm1d(2, affine: true), nn.Flatten(), nn.Linear(6, 3)),
            ["an embedding"] = () => new Custom(
                (layers, x) => layers[1].call(layers[0].call(x.mul(3).abs().to(ScalarType.Int64).clamp(0, 4)).tanh().flatten(1) * x.repeat(1, 2)),
                nn.Embedding(5, 2), nn.Linear(12, 3)),
            ["a bare parameter"] = () => new Scaled(),
            ["a dispose scope of its own"] = () => new Custom(
                (layers, x) =>
                {
                    using DisposeScope scope = torch.NewDisposeScope();
                    return layers[1].call(layers[0].call(x).tanh()).MoveToOuterDisposeScope();
                },
                nn.Linear(6, 5), nn.Linear(5, 3)),
        };

    public static nn.Module<Tensor, Tensor> Create(string name)
    {
        using IDisposable frozen = torch.no_grad();
        using Generator generator = new(1);
        nn.Module<Tensor, Tensor> module = All[name]();
        foreach (TorchSharp.Modules.Parameter parameter in module.parameters())
        {
            parameter.normal_(0, 0.7, generator);
        }

        module.eval();
        return module.to(ScalarType.Float64);
    }

    private static nn.Module<Tensor, Tensor> Shared(nn.Module<Tensor, Tensor> layer) =>
        nn.Sequential(layer, nn.Tanh(), layer, nn.Tanh(), nn.Linear(6, 3));

    private static nn.Module<Tensor, Tensor> Between(nn.Module<Tensor, Tensor> layer) =>
        nn.Sequential(nn.Linear(6, 5), layer, nn.Linear(5, 5), layer, nn.Linear(5, 3));

    private sealed class Custom : nn.Module<Tensor, Tensor>
    {
        private readonly Func<nn.Module<Tensor, Tensor>[], Tensor, Tensor> pass;
        private readonly nn.Module<Tensor, Tensor>[] layers;

        public Custom(Func<nn.Module<Tensor, Tensor>[], Tensor, Tensor> pass, params nn.Module<Tensor, Tensor>[] layers)
            : base(nameof(Custom))
        {
            this.pass = pass;
            this.layers = layers;
            for (int index = 0; index < layers.Length; index++)
            {
                register_module($"layer{index}", layers[index]);
            }
        }

        public override Tensor forward(Tensor x) => pass(layers, x);
    }

    private sealed class Scaled : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> linear = nn.Linear(6, 3);
        private readonly TorchSharp.Modules.Parameter scale = torch.ones(3).AsParameter();

        public Scaled()
            : base(nameof(Scaled)) => RegisterComponents();

        public override Tensor forward(Tensor x) => linear.call(x) * scale;
    }
}
