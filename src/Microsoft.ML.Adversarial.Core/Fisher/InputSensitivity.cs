using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>
/// The Fisher information sensitivity per input component, Σ_j ∂_x(D_v log p_j) · ∂_x(D_v p_j) with v held constant (Martin &amp; Elster 2019,
/// arXiv:1909.05527, equation 9), in logit differences to the predicted class. Per class one backward pass, whose gradients times the moves are
/// the tangent's difference, and one more through that: second derivatives only, since libtorch's third ones of normalisations are wrong.
/// </summary>
internal static class InputSensitivity
{
    /// <summary>
    /// The sensitivity for probabilities and a direction divided by their scales, so that saturated rows don't underflow, with what to multiply
    /// it by.
    /// </summary>
    /// <returns>Shape [N, …] and N factors.</returns>
    public static (Tensor Scaled, double[] Factors) Of(TangentPass pass)
    {
        using var grad = enable_grad();
        var differences = pass.Frame.DifferenceCotangents(pass.Logits);
        var (tangents, slopes) = (new List<Tensor>(), new List<Tensor>());
        for (var other = 0L; other < differences.shape[0]; other++)
        {
            var (tangent, slope) = InputGradients(pass, differences.select(0, other));
            tangents.Add(tangent);
            slopes.Add(slope);
        }

        using var noGrad = no_grad();
        return (Assemble(pass, tangents, slopes), Factors(pass));
    }

    /// <summary>
    /// With d = 1 − p_max, q = d·q̃, M_j and B_j the gradients of u's and z's differences, b = Σq̃B, ū = Σq̃u, and c = Σq̃M + Σq̃u(B − db):
    /// Σ_j q̃_j (M_j − dc)((u_j − dū)(B_j − db) + M_j − dc) + d p_max c (c − dūb).
    /// </summary>
    private static Tensor Assemble(TangentPass pass, List<Tensor> tangents, List<Tensor> slopes)
    {
        var (frame, inputs) = (pass.Frame, pass.Inputs);
        var (rows, count) = (frame.Rows, frame.Classes - 1);
        var values = HostDoubles.Of(pass.Tangent).Values;
        var (shares, u) = (new double[rows * count], new double[rows * count]);
        var (doubts, means) = (new double[rows], new double[rows]);
        for (var row = 0; row < rows; row++)
        {
            var share = shares.AsSpan(row * count, count);
            var difference = u.AsSpan(row * count, count);
            pass.FillDifferences(values, row, difference);
            doubts[row] = frame.Doubt(row);
            for (var other = 0; other < count; other++)
            {
                share[other] = doubts[row] == 0 ? 0 : frame.Others(row)[other] / doubts[row];
                means[row] += share[other] * difference[other];
            }
        }

        long[] broadcast = [rows, .. Enumerable.Repeat(1L, (int)inputs.dim() - 1)];
        Tensor PerRow(Func<int, double> value) =>
            tensor(Enumerable.Range(0, rows).Select(value).ToArray(), broadcast, dtype: inputs.dtype, device: inputs.device);
        var doubt = PerRow(row => doubts[row]);
        var meanSlope = zeros_like(inputs);
        for (var other = 0; other < count; other++)
        {
            meanSlope.addcmul_(PerRow(row => shares[(row * count) + other]), slopes[other], 1);
        }

        var shift = zeros_like(inputs);
        for (var other = 0; other < count; other++)
        {
            slopes[other].sub_(doubt * meanSlope);
            shift.addcmul_(PerRow(row => shares[(row * count) + other]), tangents[other], 1);
            shift.addcmul_(PerRow(row => shares[(row * count) + other] * u[(row * count) + other]), slopes[other], 1);
        }

        var most = PerRow(row => doubts[row] * (1 - doubts[row]));
        var sum = most * shift * (shift - (PerRow(row => doubts[row] * means[row]) * meanSlope));
        foreach (var other in Enumerable.Range(0, count))
        {
            var centred = tangents[other].sub_(doubt * shift);
            var change = (PerRow(row => u[(row * count) + other] - (doubts[row] * means[row])) * slopes[other]).add_(centred);
            sum.addcmul_(PerRow(row => shares[(row * count) + other]) * centred, change, 1);
        }

        return sum;
    }

    // In squares of the direction, and once in the probabilities of the other classes.
    private static double[] Factors(TangentPass pass)
    {
        var factors = new double[pass.Frame.Rows];
        for (var row = 0; row < factors.Length; row++)
        {
            factors[row] = pass.Scales[row] * pass.Scales[row] * pass.Frame.Doubt(row);
        }

        return factors;
    }

    // ∂_x of the tangent's and of the logits' difference.
    private static (Tensor OfTangent, Tensor OfLogits) InputGradients(TangentPass pass, Tensor cotangent)
    {
        using var scope = NewDisposeScope();
        var gradients = autograd.grad(
            [pass.Logits], [pass.Inputs, .. pass.Targets], [cotangent], retain_graph: true, create_graph: true, allow_unused: true);
        var slope = gradients[0].IsInvalid ? zeros_like(pass.Inputs) : gradients[0].detach();
        var products = gradients.Skip(1).Zip(pass.Moves).Where(pair => !pair.First.IsInvalid).Select(pair => (pair.First * pair.Second).sum());
        var tangent = products.Aggregate(zeros([], pass.Inputs.dtype, pass.Inputs.device), (sum, product) => sum + product);
        var ofTangent = zeros_like(pass.Inputs);
        if (tangent.requires_grad)
        {
            var gradient = autograd.grad([tangent], [pass.Inputs], retain_graph: true, allow_unused: true)[0];
            ofTangent = gradient.IsInvalid ? ofTangent : gradient;
        }

        return (ofTangent.MoveToOuterDisposeScope(), slope.MoveToOuterDisposeScope());
    }
}
