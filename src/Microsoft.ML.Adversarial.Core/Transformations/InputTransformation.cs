using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Settings;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transformations;

/// <summary>
/// A transformation of inputs that is meant to take an adversarial perturbation away before a classifier sees it: an immutable value of
/// settings, checked when it is made. It says which gradient an attack takes through it, so that <see cref="TransformedClassifier"/> can be
/// attacked as a whole: a defence that is only tried with attacks which do not know of it has not been tried.
/// </summary>
public abstract record InputTransformation
{
    private readonly ValueRange _range = ValueRange.Unit;

    private protected InputTransformation()
    {
    }

    /// <summary>The values that inputs may take, in their own units, before the transformation. Default 0..1.</summary>
    public ValueRange Range
    {
        get => _range;
        init => _range = InRange(value, value is not null, "a range such as 0..1", nameof(Range));
    }

    /// <summary>What an attack takes for its gradient.</summary>
    public abstract TransformationGradient Gradient { get; }

    /// <summary>Whether the result depends on random draws.</summary>
    public virtual bool IsRandom => false;

    /// <summary>Whether it works on images [channels, height, width] alone, or on inputs of any shape.</summary>
    public virtual bool NeedsImages => false;

    /// <summary>Whether the result has the shape of the input.</summary>
    internal virtual bool KeepsShape => true;

    /// <summary>The shape of one transformed input.</summary>
    /// <param name="inputShape">The shape of one input, without the batch dimension.</param>
    /// <exception cref="ArgumentException">The transformation does not work on inputs of this shape; says what it works on.</exception>
    public IReadOnlyList<long> OutputShape(IReadOnlyList<long> inputShape)
    {
        ArgumentNullException.ThrowIfNull(inputShape);
        RequireShape(inputShape);
        return Transformed(inputShape);
    }

    /// <summary>Transforms inputs.</summary>
    /// <param name="inputs">
    /// Shape [N, channels, height, width], or [N, …] where no images are needed; floating, finite, in the units of <see cref="Range"/>;
    /// left as found.
    /// </param>
    /// <param name="seed">Decides random draws, with the row's key.</param>
    /// <param name="rowKeys">A number per row that stays with it, so that it is transformed alike in any batch; null for 0, 1, ….</param>
    /// <returns>Shape [N, …<see cref="OutputShape"/>], without a gradient; a fresh tensor that the caller owns.</returns>
    /// <exception cref="AdversarialInputException">A row is NaN or infinite; names it.</exception>
    /// <exception cref="ArgumentException">The shape, the type or the number of keys does not fit.</exception>
    public Tensor Apply(Tensor inputs, long seed = 0, IReadOnlyList<long>? rowKeys = null)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        if (inputs.dim() == 0 || !inputs.is_floating_point())
        {
            throw new ArgumentException(
                $"Expected floating inputs of shape [N, …], got {inputs.dtype} of shape [{string.Join(", ", inputs.shape)}].", nameof(inputs));
        }

        var rows = inputs.shape[0];
        var keys = RowRandom.RequireKeys(rowKeys, rows);
        var shape = OutputShape(inputs.shape[1..]);
        if (rows == 0)
        {
            return inputs.new_zeros([0, .. shape]).MoveToOuterDisposeScope();
        }

        FiniteValues.Require(inputs);
        return Transform(inputs.detach(), new RowRandom(seed, keys)).MoveToOuterDisposeScope();
    }

    /// <summary>Transforms inputs that were checked; under grad mode the result carries the declared gradient back to them.</summary>
    internal Tensor WithGradient(Tensor inputs, RowRandom random)
    {
        if (Gradient == TransformationGradient.Exact || !is_grad_enabled() || !inputs.requires_grad)
        {
            return Transform(inputs, random);
        }

        using var scope = NewDisposeScope();
        Tensor transformed;
        using (no_grad())
        {
            transformed = Transform(inputs.detach(), random);
        }

        // Adds nothing but the way back.
        var path = Gradient == TransformationGradient.StraightThrough ? inputs : Surrogate(inputs);
        return (transformed + (path - path.detach())).MoveToOuterDisposeScope();
    }

    /// <summary>Throws for shapes that the transformation does not work on.</summary>
    private protected virtual void RequireShape(IReadOnlyList<long> inputShape)
    {
        if (inputShape.Any(size => size < 1) || (NeedsImages ? inputShape.Count != 3 : inputShape.Count == 0))
        {
            throw new ArgumentException(
                $"{GetType().Name} works on {(NeedsImages ? "images [channels, height, width]" : "inputs of at least one feature")}, got [{string.Join(", ", inputShape)}]."
                + (NeedsImages ? " Say the shape of the image where inputs are flat." : ""));
        }
    }

    /// <summary>The shape of the result, for a shape that fits.</summary>
    private protected virtual IReadOnlyList<long> Transformed(IReadOnlyList<long> inputShape) => [.. inputShape];

    /// <summary>
    /// The transformation itself, of inputs that were checked. Where <see cref="Gradient"/> is exact it must be differentiable; elsewhere it
    /// runs without grad mode. Returns a fresh tensor.
    /// </summary>
    private protected abstract Tensor Transform(Tensor inputs, RowRandom random);

    /// <summary>The smooth transformation whose gradient counts where <see cref="Gradient"/> says so.</summary>
    private protected virtual Tensor Surrogate(Tensor inputs) =>
        throw new NotSupportedException($"{GetType().Name} has no smooth surrogate.");

    /// <summary>Values of <see cref="Range"/> as values in [0, 1]; those outside go to the nearest end.</summary>
    private protected Tensor ToUnit(Tensor inputs) => ((inputs - Range.Lower) / Range.Width).clamp(0, 1);

    /// <summary>Values in [0, 1] as values of <see cref="Range"/>.</summary>
    private protected Tensor FromUnit(Tensor values) => ((values * Range.Width) + Range.Lower).clamp(Range.Lower, Range.Upper);

    /// <summary>Returns a setting that lies in its range, or throws.</summary>
    private protected static T InRange<T>(T value, bool inRange, string expected, string setting) =>
        SettingRange.Require(value, inRange, expected, setting);
}
