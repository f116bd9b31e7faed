using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>The definitions, row by row, with the gradients of all logits with respect to all parameters: slow and certain.</summary>
internal sealed record DenseFisher(
    double Trace, double SquaredNorm, double QuadraticForm, double BlockForm, double TopEigenvalue, double[] Sensitivity, double[] BlockSensitivity)
{
    public double Normalised => QuadraticForm / SquaredNorm;

    /// <summary>tr F = Σ_j p_j ‖∇ log p_j‖².</summary>
    public static double[] TraceOf(nn.Module<Tensor, Tensor> module, Tensor inputs) =>
        [.. Of(module, inputs, sensitivity: false).Select(row => row.Trace)];

    /// <summary>Everything, along v = ∇ log p of the given class, or of the predicted one.</summary>
    public static DenseFisher[] Of(nn.Module<Tensor, Tensor> module, Tensor inputs, Func<int, long>? labelOf = null, bool sensitivity = true) =>
        [.. Enumerable.Range(0, (int)inputs.shape[0]).Select(row => OfRow(module, inputs.narrow(0, row, 1), labelOf?.Invoke(row), sensitivity))];

    private static DenseFisher OfRow(nn.Module<Tensor, Tensor> module, Tensor row, long? label, bool sensitivity)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        TorchSharp.Modules.Parameter[] parameters = [.. module.parameters()];
        Tensor input = row.detach().clone().requires_grad_();
        Tensor logits = module.call(input).to(ScalarType.Float64).flatten();
        long predicted = logits.argmax().item<long>();
        long count = logits.shape[0];

        // ∇ of the differences to the predicted logit, where nothing cancels.
        Tensor[][] differences =
        [
            .. Enumerable.Range(0, (int)count).Select(index => Gradients(logits[index] - logits[predicted], parameters, create: sensitivity)),
        ];
        Tensor probabilities = logits.softmax(0);
        Tensor[] mean = [.. parameters.Select((_, one) => Enumerable.Range(0, (int)count).Aggregate(
            torch.zeros(parameters[one].shape, ScalarType.Float64), (sum, index) => sum + (probabilities[index] * differences[index][one])))];
        Tensor[][] scores = [.. differences.Select(gradient => gradient.Zip(mean, (one, average) => one - average).ToArray())];

        Tensor[] v = [.. scores[label ?? predicted].Select(one => one.detach())];
        Tensor jacobian = torch.stack(scores.Select(Flat)).detach();
        Tensor weights = probabilities.detach();
        Tensor root = jacobian * weights.sqrt().unsqueeze(1);
        Tensor direction = Flat(v);
        double blocks = Enumerable.Range(0, parameters.Length).Sum(one => scores.Select((score, index) =>
            weights[index].item<double>() * Math.Pow((score[one] * v[one]).sum().item<double>(), 2)).Sum());
        double[] fis = [], block = [];
        if (sensitivity)
        {
            fis = Sensitivities(scores, v, probabilities, input, Enumerable.Range(0, parameters.Length));
            block = new double[input.numel()];
            Tensor rest = 1 - probabilities[predicted];
            for (int one = 0; one < parameters.Length; one++)
            {
                Tensor derivative = (scores[predicted][one] * v[one]).sum();
                Tensor slope = Slope(probabilities[predicted] * derivative, input);
                Tensor both = Slope(derivative, input) + Slope(probabilities[predicted] * derivative / rest, input);
                double[] part = (slope * both).to(ScalarType.Float64).data<double>().ToArray();
                block = [.. block.Zip(part, (sum, value) => sum + value)];
            }
        }

        return new(
            root.square().sum().item<double>(), direction.square().sum().item<double>(), root.mv(direction).square().sum().item<double>(), blocks,
            torch.linalg.eigvalsh(root.mm(root.t())).max().item<double>(), fis, block);
    }

    // Σ_j ∂_x(D_v log p_j) · ∂_x(D_v p_j), v held constant.
    private static double[] Sensitivities(Tensor[][] scores, Tensor[] v, Tensor probabilities, Tensor input, IEnumerable<int> parameters)
    {
        double[] sum = new double[input.numel()];
        for (int label = 0; label < scores.Length; label++)
        {
            Tensor derivative = parameters.Select(one => (scores[label][one] * v[one]).sum()).Aggregate((left, right) => left + right);
            Tensor product = Slope(derivative, input) * Slope(probabilities[label] * derivative, input);
            sum = [.. sum.Zip(product.to(ScalarType.Float64).data<double>().ToArray(), (left, right) => left + right)];
        }

        return sum;
    }

    private static Tensor[] Gradients(Tensor value, TorchSharp.Modules.Parameter[] parameters, bool create)
    {
        var gradients = torch.autograd.grad([value], parameters, retain_graph: true, create_graph: create, allow_unused: true);
        return [.. gradients.Zip(parameters, (gradient, parameter) =>
            (gradient.IsInvalid ? torch.zeros(parameter.shape) : gradient).to(ScalarType.Float64))];
    }

    private static Tensor Slope(Tensor value, Tensor input)
    {
        if (!value.requires_grad)
        {
            return torch.zeros_like(input).flatten();
        }

        Tensor slope = torch.autograd.grad([value], [input], retain_graph: true, allow_unused: true)[0];
        return slope.IsInvalid ? torch.zeros_like(input).flatten() : slope.contiguous().flatten();
    }

    private static Tensor Flat(Tensor[] gradient) => torch.cat([.. gradient.Select(one => one.flatten())]);
}
