using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>The definition, row by row, with the gradients of all logits with respect to all parameters: slow and certain.</summary>
internal static class DenseFisher
{
    /// <summary>tr F = Σ_j p_j ‖∇ log p_j‖², from gradients of differences to the predicted logit, where nothing cancels.</summary>
    public static double[] Trace(nn.Module<Tensor, Tensor> module, Tensor inputs) =>
        [.. Enumerable.Range(0, (int)inputs.shape[0]).Select(row => TraceOfRow(module, inputs.narrow(0, row, 1)))];

    private static double TraceOfRow(nn.Module<Tensor, Tensor> module, Tensor row)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        TorchSharp.Modules.Parameter[] parameters = [.. module.parameters()];
        Tensor logits = module.call(row).to(ScalarType.Float64).flatten();
        long predicted = logits.argmax().item<long>();
        List<Tensor> differences = [];
        for (long label = 0; label < logits.shape[0]; label++)
        {
            module.zero_grad();
            (logits[label] - logits[predicted]).backward(create_graph: false, retain_graph: true);
            differences.Add(torch.cat(
                [.. parameters.Select(one => (one.grad ?? torch.zeros_like(one)).detach().to(ScalarType.Float64).flatten().clone())]));
        }

        module.zero_grad();
        using IDisposable frozen = torch.no_grad();
        Tensor gradients = torch.stack(differences);
        Tensor probabilities = logits.softmax(0).unsqueeze(1);
        Tensor mean = (probabilities * gradients).sum(0, keepdim: true);
        return (probabilities * (gradients - mean).square()).sum().item<double>();
    }
}
