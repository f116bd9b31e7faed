using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.InformationGeometry;

/// <summary>
/// The geometry that the Fisher information gives to the parameters θ of a network: how far its predictions p(·|x, θ) move, in
/// Kullback–Leibler divergence, when θ moves by Δ, and the quadratic form ΔᵀFΔ that describes small moves, KL ≈ ½ΔᵀFΔ, with
/// F = Jᵀ(diag p − ppᵀ)J and J = ∂logits/∂θ (Martin &amp; Elster 2019, arXiv:1909.05527; Amari 1998, "Natural gradient works
/// efficiently in learning"). F, which has as many rows as the network has parameters, is never formed.
/// </summary>
/// <remarks>
/// <para>
/// A direction Δ is a list of tensors, one for each floating-point parameter of <see cref="NetworkClassifier.Module"/> in the order of
/// its <c>parameters()</c> and in the parameter's shape, of any floating type, frozen parameters included. Inputs have the shape
/// [N, …<see cref="NetworkClassifier.InputShape"/>] and any floating type. Results are float64 on the classifier's device.
/// </para>
/// <para>
/// On a network of this library all work is done on a float64 copy that is made in each call: the classifier may be used from other
/// threads meanwhile, and its parameters are not touched. A module that the user brought cannot be copied. It works in its own element
/// type, in which a divergence below about the square of that type's precision is noise (bring a float64 module for small moves), and
/// <see cref="KullbackLeiblerDivergence"/> moves its parameters in place and puts the very values back. No other thread may use such a
/// module during any of the calls, and a graph that was recorded through it before a divergence is computed cannot be differentiated
/// afterwards.
/// </para>
/// </remarks>
public sealed class NetworkGeometry
{
    private const long RowsPerChunk = 128;

    private readonly NetworkClassifier _classifier;

    /// <summary>The geometry of a network's parameters.</summary>
    /// <param name="classifier">The network; the caller keeps owning it.</param>
    public NetworkGeometry(NetworkClassifier classifier)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        _classifier = classifier;
    }

    /// <summary>KL(p(·|x, θ + Δ) ‖ p(·|x, θ)) of every row; its mean over the rows is the E_x KL that ½Δᵀ E_x[F] Δ approximates.</summary>
    /// <param name="inputs">Shape [N, …].</param>
    /// <param name="direction">Δ, see the remarks on the class.</param>
    /// <returns>Shape [N], in nats, at least 0; a fresh tensor that the caller owns. Digits are kept however small Δ is.</returns>
    /// <exception cref="AdversarialInputException">An input is not finite.</exception>
    /// <exception cref="ArgumentException">The direction does not fit the parameters.</exception>
    /// <exception cref="InvalidOperationException">The network is in training mode.</exception>
    public Tensor KullbackLeiblerDivergence(Tensor inputs, IReadOnlyList<Tensor> direction) => Work(inputs, direction, (network, delta) =>
    {
        using var noGrad = no_grad();
        var reference = Chunks(inputs).Select(rows => Logits(network, rows)).ToArray();
        network.Shift(delta);
        var divergences = Chunks(inputs).Zip(reference, (rows, logits) => CategoricalDivergence.OfLogits(Logits(network, rows), logits));
        return Joined(divergences.ToArray());
    });

    /// <summary>ΔᵀF(x)Δ of every row, twice the divergence of a small move: Σ_j p_j (u_j − ū)² with u = JΔ and ū = Σ_j p_j u_j.</summary>
    /// <remarks>u takes one forward pass and two backward ones, for all classes and all rows at once.</remarks>
    /// <param name="inputs">Shape [N, …].</param>
    /// <param name="direction">Δ, see the remarks on the class.</param>
    /// <returns>Shape [N], at least 0; a fresh tensor that the caller owns.</returns>
    /// <exception cref="AdversarialInputException">An input is not finite.</exception>
    /// <exception cref="ArgumentException">The direction does not fit the parameters.</exception>
    /// <exception cref="InvalidOperationException">
    /// The network is in training mode, or its logits do not depend on its parameters.
    /// </exception>
    public Tensor FisherQuadraticForm(Tensor inputs, IReadOnlyList<Tensor> direction) => Work(inputs, direction, (network, delta) =>
    {
        var forms = Chunks(inputs).Select(rows =>
        {
            using var chunk = NewDisposeScope();
            var tangent = LogitTangent.Along(network, rows, delta);
            return tangent.Variance().MoveToOuterDisposeScope();
        });
        return Joined(forms.ToArray());
    });

    /// <summary>FΔ with the mean F = E_x[F(x)] over the rows: E_x Jᵀ(diag p − ppᵀ)JΔ.</summary>
    /// <param name="inputs">Shape [N, …], N at least 1.</param>
    /// <param name="direction">Δ, see the remarks on the class.</param>
    /// <returns>One tensor per parameter, as in the direction; fresh tensors that the caller owns.</returns>
    /// <exception cref="AdversarialInputException">An input is not finite.</exception>
    /// <exception cref="ArgumentException">There are no rows, or the direction does not fit the parameters.</exception>
    /// <exception cref="InvalidOperationException">
    /// The network is in training mode, or its logits do not depend on its parameters.
    /// </exception>
    public IReadOnlyList<Tensor> FisherVectorProduct(Tensor inputs, IReadOnlyList<Tensor> direction)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.dim() > 0 && inputs.shape[0] == 0)
        {
            throw new ArgumentException("Expected at least one row to average over, got none.", nameof(inputs));
        }

        return Work(inputs, direction, (network, delta) =>
        {
            var sums = delta.Select(change => zeros_like(change, ScalarType.Float64)).ToArray();
            foreach (var rows in Chunks(inputs))
            {
                using var chunk = NewDisposeScope();
                LogitTangent.Along(network, rows, delta).AddFisherProduct(sums);
            }

            using var noGrad = no_grad();
            return sums.Select(sum => sum.div_(inputs.shape[0])).ToArray();
        });
    }

    private static Tensor Logits(ShiftableNetwork network, Tensor rows)
    {
        using var chunk = NewDisposeScope();
        return network.Logits(network.Take(rows)).to(ScalarType.Float64).MoveToOuterDisposeScope();
    }

    private static IEnumerable<Tensor> Chunks(Tensor inputs)
    {
        for (var start = 0L; start < inputs.shape[0]; start += RowsPerChunk)
        {
            yield return inputs.narrow(0, start, Math.Min(RowsPerChunk, inputs.shape[0] - start));
        }
    }

    private Tensor Joined(Tensor[] parts) =>
        parts.Length == 0 ? zeros([0], ScalarType.Float64, _classifier.Device) : cat(parts, 0);

    private Tensor Work(Tensor inputs, IReadOnlyList<Tensor> direction, Func<ShiftableNetwork, Tensor[], Tensor> work) =>
        Work(inputs, direction, (network, delta) => (Tensor[])[work(network, delta)])[0];

    private Tensor[] Work(Tensor inputs, IReadOnlyList<Tensor> direction, Func<ShiftableNetwork, Tensor[], Tensor[]> work)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(direction);
        _classifier.RequireEvaluationMode();
        RequireShape(inputs);
        FiniteValues.Require(inputs);
        RequireFit(direction);

        // The caller may be in inference mode, where no gradient exists.
        using var mode = inference_mode(false);
        using var grad = enable_grad();
        using var scope = NewDisposeScope();
        using var network = ShiftableNetwork.Of(_classifier);
        var results = work(network, [.. direction.Select(network.Take)]);
        return [.. results.Select(result => result.MoveToOuterDisposeScope())];
    }

    private void RequireShape(Tensor inputs)
    {
        if (inputs.dim() == 0)
        {
            throw new ArgumentException(
                $"Expected inputs of shape [N, {string.Join(", ", _classifier.InputShape)}], got a single number.", nameof(inputs));
        }
    }

    private void RequireFit(IReadOnlyList<Tensor> direction)
    {
        var parameters = _classifier.Module.named_parameters().Where(pair => pair.parameter.is_floating_point()).ToArray();
        if (direction.Count != parameters.Length)
        {
            throw new ArgumentException(
                $"Expected a direction of {parameters.Length} tensors, one per parameter of the network, got {direction.Count}.",
                nameof(direction));
        }

        foreach (var ((name, parameter), change) in parameters.Zip(direction))
        {
            if (!change.is_floating_point() || !change.shape.SequenceEqual(parameter.shape))
            {
                throw new ArgumentException(
                    $"Parameter '{name}': expected a change of shape [{string.Join(", ", parameter.shape)}] and floating type, "
                        + $"got [{string.Join(", ", change.shape)}] of {change.dtype}.",
                    nameof(direction));
            }

            if (!FiniteValues.AreCertain(change) && !Finite(change))
            {
                throw new ArgumentException($"Parameter '{name}': expected finite changes, got NaN or infinity.", nameof(direction));
            }
        }
    }

    private static bool Finite(Tensor change)
    {
        using var scope = NewDisposeScope();
        return change.isfinite().all().item<bool>();
    }
}
