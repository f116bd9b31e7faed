using Microsoft.ML.Adversarial.Certification.IntervalRules;
using Microsoft.ML.Adversarial.Networks;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Certification;

/// <summary>
/// Interval bound propagation (Gowal et al. 2018, arXiv:1810.12715; Mirman, Gehr &amp; Vechev 2018, "Differentiable abstract interpretation for
/// provably robust neural networks"): bounds of a network's logits for all inputs in a box, differentiable in the network's parameters.
/// </summary>
/// <remarks>
/// It reads the parameters at each call, so that it can be made once and used while they are trained, and works in the type of the inputs. The bounds
/// are those of the network in evaluation mode, whatever mode it is in: dropout does nothing and batch normalisation uses its running statistics.
/// They hold up to rounding; <see cref="IntervalCertificate"/> takes rounding into account.
/// </remarks>
public sealed class IntervalPropagation
{
    private readonly NetworkModule _network;
    private readonly IReadOnlyList<IIntervalRule> _hidden;
    private readonly IIntervalRule _last;

    /// <summary>Bounds of a network of this library.</summary>
    /// <param name="module">The <see cref="Network.Module"/> of a network; the caller keeps owning it.</param>
    /// <exception cref="ArgumentException">The module is none of a <see cref="Network"/>.</exception>
    /// <exception cref="NotSupportedException">A layer has no interval rule; names it.</exception>
    public IntervalPropagation(nn.Module<Tensor, Tensor> module)
    {
        ArgumentNullException.ThrowIfNull(module);
        _network = module as NetworkModule ?? throw new ArgumentException(
            $"Expected the module of a Network, got {module.GetType().Name}: interval bounds follow a network's definition. "
                + "Describe the network by a NetworkDefinition.",
            nameof(module));
        var rules = IntervalRuleTable.Of(_network.Definition.Layers, _network, "layers");
        (_hidden, _last) = (rules[..^1], rules[^1]);
    }

    /// <summary>Bounds of the logits.</summary>
    /// <param name="inputs">The box of each row, shape [N, …], Float32 or Float64, on the parameters' device; left as found.</param>
    /// <returns>Shape [N, classes], in the graph of the parameters and the inputs.</returns>
    public IntervalBounds Logits(IntervalBounds inputs) => Logits(inputs, rounding: 0);

    /// <summary>
    /// Upper bounds of z_j − z_y, by how much class j can exceed the label y: 0 for the label itself; if all others are below 0, the label is
    /// predicted in the whole box. A last Linear layer is merged with the difference, which is tighter than the difference of bounds. The mean
    /// cross-entropy of these as logits is the robust loss of Gowal et al. (equation 12).
    /// </summary>
    /// <param name="inputs">The box of each row, shape [N, …], Float32 or Float64, on the parameters' device; left as found.</param>
    /// <param name="labels">y, shape [N], Int64.</param>
    /// <returns>Shape [N, classes], in the graph of the parameters and the inputs.</returns>
    public Tensor WorstCaseLogits(IntervalBounds inputs, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return WorstCaseLogits(inputs, labels, rounding: 0);
    }

    /// <param name="inputs">The box of each row.</param>
    /// <param name="rounding">
    /// The unit roundoff of a network whose computed logits are to lie within the bounds, such as 2⁻²⁴ for Float32; 0 for exact arithmetic.
    /// </param>
    internal IntervalBounds Logits(IntervalBounds inputs, double rounding)
    {
        using var scope = NewDisposeScope();
        return _last.Propagate(Hidden(inputs, rounding), rounding).MoveToOuterDisposeScope();
    }

    internal Tensor WorstCaseLogits(IntervalBounds inputs, Tensor labels, double rounding)
    {
        using var scope = NewDisposeScope();
        var hidden = Hidden(inputs, rounding);
        var others = 1 - nn.functional.one_hot(labels, _network.Definition.ClassCount!.Value).to(hidden.Lower.dtype);
        if (_last is LinearRule linear)
        {
            return (linear.Differences(hidden, labels, rounding) * others).MoveToOuterDisposeScope();
        }

        var logits = _last.Propagate(hidden, rounding);
        return ((logits.Upper - logits.Lower.gather(1, labels.unsqueeze(1))) * others).MoveToOuterDisposeScope();
    }

    private IntervalBounds Hidden(IntervalBounds inputs, double rounding)
    {
        var bounds = inputs.Through(_network.Prepared);
        if (rounding > 0 && _network.Definition.Normalisation is { IsIdentity: false })
        {
            // |x| + |mean| in units of the deviation: what is rounded on the way is no larger.
            var zero = _network.Prepared(zeros_like(inputs.Lower)).abs();
            bounds = bounds.Widened(4 * rounding * (bounds.Magnitude + (2 * zero)));
        }

        return _hidden.Aggregate(bounds, (input, rule) => rule.Propagate(input, rounding));
    }
}
