using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Layers;

/// <summary>The cosines between rows of the input and rows of the weights, times a scale.</summary>
internal sealed class HypersphereModule : nn.Module<Tensor, Tensor>
{
    private readonly Parameter _weight;
    private readonly double _scale;

    public HypersphereModule(Parameter weight, double scale)
        : base(nameof(HypersphereModule))
    {
        _weight = weight;
        _scale = scale;
        register_parameter("weight", weight);
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return Cosines(x, get_parameter("weight")!).mul(_scale).MoveToOuterDisposeScope();
    }

    /// <summary>cos θ, shape [N, classes]; 0 for features of zeros.</summary>
    /// <param name="features">Shape [N, features].</param>
    /// <param name="weight">Shape [classes, features].</param>
    public static Tensor Cosines(Tensor features, Tensor weight)
    {
        using var scope = NewDisposeScope();
        return Unit(features).matmul(Unit(weight).t()).MoveToOuterDisposeScope();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _weight.Dispose();
        }

        base.Dispose(disposing);
    }

    private static Tensor Unit(Tensor rows) => nn.functional.normalize(rows, 2, 1, 1e-12);
}
