using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Explanations;

/// <summary>The two largest logits of each row, and where they come from. Owns its tensors.</summary>
public sealed class ConfusingLogitsResult : IDisposable
{
    private readonly Tensor? _firstGradient;
    private readonly Tensor? _secondGradient;
    private readonly Tensor? _towardsFirst;
    private readonly Tensor? _towardsSecond;

    internal ConfusingLogitsResult(
        Tensor logits, Tensor first, Tensor second, Tensor gap, Tensor isConfusing, Tensor? firstGradient, Tensor? secondGradient,
        Tensor? towardsFirst, Tensor? towardsSecond)
    {
        (Logits, First, Second, Gap, IsConfusing) = (logits, first, second, gap, isConfusing);
        (_firstGradient, _secondGradient, _towardsFirst, _towardsSecond) = (firstGradient, secondGradient, towardsFirst, towardsSecond);
    }

    /// <summary>All logits, shape [N, classes].</summary>
    public Tensor Logits { get; }

    /// <summary>The class of the largest logit, the prediction; shape [N], Int64.</summary>
    public Tensor First { get; }

    /// <summary>The class of the second largest logit, shape [N], Int64.</summary>
    public Tensor Second { get; }

    /// <summary>The largest logit less the second largest, shape [N].</summary>
    public Tensor Gap { get; }

    /// <summary>Whether both logits are large and close, as <see cref="ConfusingLogits"/> says; shape [N], Bool.</summary>
    public Tensor IsConfusing { get; }

    /// <summary>The gradient of the largest logit with respect to the input, shape [N, …].</summary>
    public Tensor FirstGradient => Computed(_firstGradient);

    /// <summary>The gradient of the second largest logit with respect to the input, shape [N, …].</summary>
    public Tensor SecondGradient => Computed(_secondGradient);

    /// <summary>The input moved so that the largest logit grows, shape [N, …].</summary>
    public Tensor TowardsFirst => Computed(_towardsFirst);

    /// <summary>The input moved so that the second largest logit grows, shape [N, …].</summary>
    public Tensor TowardsSecond => Computed(_towardsSecond);

    private Tensor?[] All => [Logits, First, Second, Gap, IsConfusing, _firstGradient, _secondGradient, _towardsFirst, _towardsSecond];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in All)
        {
            tensor?.Dispose();
        }
    }

    internal ConfusingLogitsResult MoveToOuterDisposeScope()
    {
        foreach (var tensor in All)
        {
            tensor?.MoveToOuterDisposeScope();
        }

        return this;
    }

    private static Tensor Computed(Tensor? part, [CallerMemberName] string name = "") =>
        part ?? throw new InvalidOperationException($"{name} was not computed, since it was not asked for.");
}
