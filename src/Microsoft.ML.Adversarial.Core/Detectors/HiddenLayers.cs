using Microsoft.ML.Adversarial.Classifiers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>Records what a module's Linear and convolution layers give.</summary>
internal sealed class HiddenLayers : IDisposable
{
    private readonly ForwardHooks<Recording> _hooks = new();

    public HiddenLayers(nn.Module module)
    {
        var layers = module.modules().Append(module).OfType<nn.Module<Tensor, Tensor>>();
        foreach (var layer in layers.Where(layer => layer is Linear or Convolution).Distinct())
        {
            var channelsLast = layer is Linear;
            _hooks.Add(layer, (recording, input, output) =>
            {
                recording.Note(input, output, channelsLast);
                return null;
            });
        }
    }

    /// <summary>Runs a forward pass and notes what the layers gave.</summary>
    /// <param name="forward">From inputs to logits.</param>
    /// <param name="inputs">Shape [N, …].</param>
    /// <exception cref="NotSupportedException">No layer of these kinds ran, row by row.</exception>
    public HiddenFeatures Run(Func<Tensor, Tensor> forward, Tensor inputs)
    {
        var recording = new Recording(inputs.shape[0]);
        return recording.Finish(_hooks.Run(recording, forward, inputs));
    }

    /// <summary>How many features each hidden layer gives, and the last one takes, found by a forward pass of one row.</summary>
    public (long[] Layers, long Last) Widths(Func<Tensor, Tensor> forward, Tensor row)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        var features = Run(forward, row);
        return ([.. features.Layers.Select(layer => layer.shape[1])], features.Last.shape[1]);
    }

    public void Dispose() => _hooks.Dispose();

    private sealed class Recording(long rows)
    {
        private readonly List<Tensor> _outputs = [];
        private Tensor? _lastInput;
        private bool _lastChannelsLast;

        public void Note(Tensor input, Tensor output, bool channelsLast)
        {
            // A layer that sees rows folded together or apart says nothing of one row.
            if (output.shape[0] != rows || input.shape[0] != rows)
            {
                return;
            }

            _outputs.Add(ForwardHooks<Recording>.Keep(Average(output, channelsLast)));
            _lastInput?.Dispose();

            // Sequential disposes what passes between layers; an alias is a second handle to the same autograd variable.
            _lastInput = ForwardHooks<Recording>.Keep(input.alias());
            _lastChannelsLast = channelsLast;
        }

        public HiddenFeatures Finish(Tensor logits) => _lastInput is { } last
            ? new(logits, _outputs[..^1], Average(last, _lastChannelsLast))
            : throw new NotSupportedException(
                "Expected a network with Linear or convolution layers that see one row of the batch as one row, got none. Use what reads logits only.");

        // The clone keeps what was recorded from an in-place activation that follows; an average is a copy already.
        private static Tensor Average(Tensor values, bool channelsLast)
        {
            var first = channelsLast ? 1 : 2;
            long[] positions = [.. Enumerable.Range(first, Math.Max(0, (int)values.dim() - 2)).Select(axis => (long)axis)];
            return positions.Length == 0 ? values.clone() : values.mean(positions);
        }
    }
}

/// <summary>
/// What one forward pass gave; positions of an image or a sequence are averaged away, so that every tensor is [N, features].
/// </summary>
/// <param name="Logits">Shape [N, classes].</param>
/// <param name="Layers">
/// The outputs of all Linear and convolution layers in the order in which they ran, but for the last, which gives logits.
/// </param>
/// <param name="Last">The input of the last of them: the last hidden layer, activation included.</param>
internal sealed record HiddenFeatures(Tensor Logits, IReadOnlyList<Tensor> Layers, Tensor Last);
