using Microsoft.ML.Adversarial.Networks.Layers;
using Microsoft.ML.Adversarial.Networks.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks;

/// <summary>A network: a bound <see cref="NetworkDefinition"/> with weights.</summary>
/// <remarks>
/// Saved as two files that no reader executes: the definition as JSON and the weights as safetensors, under the names that
/// PyTorch's <c>nn.Sequential</c> gives them. The weights belong to the network, not to the dispose scope it was made in.
/// </remarks>
public sealed class Network : IStoredNetwork
{
    private readonly Generator _dropout;

    private Network(NetworkDefinition definition, Dictionary<string, Tensor> state, Generator dropout, ScalarType type)
    {
        // Weights made inside inference mode could never be trained.
        using var mode = torch.inference_mode(false);
        _dropout = dropout;
        Definition = definition;
        Module = new NetworkModule(definition, new LayerState(state, dropout), type);
        Module.eval();
        foreach (var owned in Module.parameters().Concat(Module.buffers()))
        {
            owned.DetachFromDisposeScope();
        }
    }

    /// <summary>The definition, bound: with input shape, number of classes, and features of every Linear.</summary>
    public NetworkDefinition Definition { get; }

    /// <summary>
    /// The module: [N, …<see cref="InputShape"/>], or the same flattened to [N, length], to logits [N, <see cref="ClassCount"/>].
    /// It normalises its input as the definition says. In eval mode until someone calls <c>train()</c>; owned by the network.
    /// </summary>
    public nn.Module<Tensor, Tensor> Module { get; }

    /// <summary>The shape of one input, without the batch axis.</summary>
    public IReadOnlyList<long> InputShape => Definition.InputShape!;

    /// <summary>The number of classes, which is the number of logits.</summary>
    public int ClassCount => Definition.ClassCount!.Value;

    /// <summary>Where the sequence of dropout masks stands.</summary>
    internal Tensor DropoutState
    {
        get => _dropout.get_state();
        set => _dropout.set_state(value);
    }

    /// <summary>A new network with PyTorch's default initial weights, float32 on the CPU, in eval mode.</summary>
    /// <param name="bound">A definition that has an input shape and a number of classes, see <see cref="NetworkDefinition.Bind"/>.</param>
    /// <param name="generator">
    /// A CPU generator; the same state gives the same weights, and the same dropout masks later. The global one is not used.
    /// </param>
    /// <returns>The network, which the caller disposes.</returns>
    /// <exception cref="ArgumentException">The definition lacks its input shape or its number of classes.</exception>
    /// <exception cref="NetworkFormatException">The layers do not fit together.</exception>
    public static Network Create(NetworkDefinition bound, Generator generator)
    {
        ArgumentNullException.ThrowIfNull(bound);
        ArgumentNullException.ThrowIfNull(generator);
        using var scope = torch.NewDisposeScope();
        using var mode = torch.inference_mode(false);
        var definition = bound.Bind();
        var state = definition.State()
            .ToDictionary(tensor => tensor.Name, tensor => tensor.Create(tensor, generator));
        var dropoutSeed = torch.randint(0, long.MaxValue, [1], ScalarType.Int64, generator: generator).item<long>();
        return new(definition, state, SeededGenerator(dropoutSeed), ScalarType.Float32);
    }

    /// <summary>Reads a network from its two files. Nothing in them is executed.</summary>
    /// <param name="definitionPath">The definition, JSON, with an input shape and a number of classes.</param>
    /// <param name="weightsPath">The weights: safetensors, or a state dictionary of PyTorch (.pt, .pth) with the same names.</param>
    /// <returns>The network, float32 on the CPU, in eval mode, which the caller disposes.</returns>
    /// <exception cref="ArgumentException">The definition lacks its input shape or its number of classes.</exception>
    /// <exception cref="NetworkFormatException">The definition is not valid.</exception>
    /// <exception cref="InvalidDataException">The weights are not valid, or not those of the definition.</exception>
    public static Network Load(string definitionPath, string weightsPath)
    {
        var definition = NetworkDefinition.Load(definitionPath);
        using var weights = File.OpenRead(weightsPath);
        return Load(definition, weights, weightsPath);
    }

    /// <summary>Reads the weights of a network. Nothing in them is executed.</summary>
    /// <param name="definition">A definition with an input shape and a number of classes.</param>
    /// <param name="weights">
    /// Safetensors or a state dictionary of PyTorch from the current position to the end, of floating type; read as float32. Stays open.
    /// </param>
    /// <returns>The network, float32 on the CPU, in eval mode, which the caller disposes.</returns>
    /// <exception cref="ArgumentException">The definition lacks its input shape or its number of classes.</exception>
    /// <exception cref="NetworkFormatException">The layers of the definition do not fit together.</exception>
    /// <exception cref="InvalidDataException">The weights are not valid, or not those of the definition.</exception>
    public static Network Load(NetworkDefinition definition, Stream weights)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(weights);
        return Load(definition, weights, "the weights");
    }

    /// <summary>
    /// A network with weights that were read elsewhere, such as by <see cref="PyTorch.PyTorchWeights"/> from a network whose layers have
    /// names
    /// of their own.
    /// </summary>
    /// <param name="definition">A definition with an input shape and a number of classes.</param>
    /// <param name="weights">Tensors by name, of floating type; copied as float32. The caller keeps owning them.</param>
    /// <param name="rename">
    /// From a name in <paramref name="weights"/> to one of the definition, such as "conv1.weight" to "0.weight"; null where they are the
    /// same.
    /// </param>
    /// <returns>The network, float32 on the CPU, in eval mode, which the caller disposes.</returns>
    /// <exception cref="ArgumentException">The definition lacks its input shape or its number of classes, or two names become
    /// one.</exception>
    /// <exception cref="NetworkFormatException">The layers of the definition do not fit together.</exception>
    /// <exception cref="InvalidDataException">Tensors are missing, left over, or of another shape or type; names all of them.</exception>
    public static Network Load(
        NetworkDefinition definition, IReadOnlyDictionary<string, Tensor> weights, Func<string, string>? rename = null)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(weights);
        using var scope = torch.NewDisposeScope();
        using var mode = torch.inference_mode(false);
        using var frozen = torch.no_grad();
        var bound = definition.Bind();
        var renamed = weights.ToDictionary(pair => rename?.Invoke(pair.Key) ?? pair.Key, pair => pair.Value);
        var state = NetworkWeights.Matched(renamed, "the weights", bound.State())
            .ToDictionary(pair => pair.Key, pair => pair.Value.detach().cpu().contiguous().clone());
        return new(bound, state, SeededGenerator(0), ScalarType.Float32);
    }

    /// <summary>Writes the two files that <see cref="Load(string, string)"/> reads. Float32 weights come back bit for bit.</summary>
    /// <param name="definitionPath">The definition, JSON; replaced if it exists.</param>
    /// <param name="weightsPath">The weights, safetensors; replaced if it exists.</param>
    public void Save(string definitionPath, string weightsPath)
    {
        Definition.Save(definitionPath);
        WholeFile.Write(weightsPath, WriteWeights);
    }

    /// <summary>Writes the weights as safetensors, in the order of the layers, the same bytes every time.</summary>
    /// <param name="stream">Where to; stays open.</param>
    public void WriteWeights(Stream stream)
    {
        using var scope = torch.NewDisposeScope();

        // "pt" is what PyTorch's tools look for to take the names and shapes as theirs.
        Safetensors.Write(stream, State(), new Dictionary<string, string> { ["format"] = "pt" });
    }

    /// <summary>Writes the network as an ONNX model, as <see cref="WriteOnnx"/> does. On failure an existing file stays as it
    /// was.</summary>
    /// <param name="path">The file, replaced if it exists.</param>
    public void SaveOnnx(string path) => WholeFile.Write(path, WriteOnnx);

    /// <summary>
    /// Writes the network in evaluation mode as an ONNX model of operator set 17, its normalisation included, from <c>input</c>, shape [N,
    /// …<see cref="InputShape"/>], to <c>logits</c>, shape [N, <see cref="ClassCount"/>].
    /// </summary>
    /// <param name="stream">Where to, at most 2 GiB; stays open.</param>
    public void WriteOnnx(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();
        Dictionary<string, Tensor> state = new(State());
        var type = state.Values.Select(tensor => tensor.dtype).FirstOrDefault(NetworkWeights.IsFloating, ScalarType.Float32);
        OnnxExport.Write(stream, Definition, state, type);
    }

    /// <summary>A copy with its own weights, in eval mode, all trainable, on the CPU; dropout masks continue as here.</summary>
    /// <returns>The copy, which the caller disposes.</returns>
    public Network Clone() => Copy(type: null);

    /// <summary>A copy as <see cref="Clone"/> makes it, with weights of another floating type, such as float64.</summary>
    /// <param name="type">Float32, Float64, Float16 or BFloat16. Inputs must be of this type too.</param>
    /// <returns>The copy, which the caller disposes.</returns>
    /// <exception cref="ArgumentException"><paramref name="type"/> is not one of these.</exception>
    public Network ToType(ScalarType type) => NetworkWeights.IsFloating(type)
        ? Copy(type)
        : throw new ArgumentException($"Expected Float32, Float64, Float16 or BFloat16, got {type}.", nameof(type));

    /// <summary>Restarts the sequence of dropout masks, which otherwise follows from the generator given to <see cref="Create"/>.</summary>
    /// <param name="seed">The same seed gives the same masks. A loaded network starts with 0.</param>
    public void SeedDropout(long seed) => _dropout.manual_seed(seed);

    /// <summary>Frees the weights. Whoever still uses <see cref="Module"/> must not.</summary>
    public void Dispose()
    {
        Module.Dispose();
        _dropout.Dispose();
    }

    private static Network Load(NetworkDefinition definition, Stream weights, string source)
    {
        using var scope = torch.NewDisposeScope();
        using var mode = torch.inference_mode(false);
        var bound = definition.Bind();
        var state = NetworkWeights.Read(weights, source, bound.State());
        return new(bound, state, SeededGenerator(0), ScalarType.Float32);
    }

    private static Generator SeededGenerator(long seed) => new((ulong)seed);

    private Network Copy(ScalarType? type)
    {
        using var scope = torch.NewDisposeScope();
        using var mode = torch.inference_mode(false);
        using var frozen = torch.no_grad();
        var weightType =
            type ?? State().Select(pair => pair.Value.dtype).FirstOrDefault(NetworkWeights.IsFloating, ScalarType.Float32);
        var state = State().ToDictionary(
            pair => pair.Key,
            pair => pair.Value.detach().cpu().to(NetworkWeights.IsFloating(pair.Value.dtype) ? weightType : pair.Value.dtype).clone());
        var copiedDropout = SeededGenerator(0);
        copiedDropout.set_state(_dropout.get_state());
        return new(Definition, state, copiedDropout, weightType);
    }

    private IEnumerable<KeyValuePair<string, Tensor>> State()
    {
        var state = Module.state_dict();
        return Definition.State().Select(expected => KeyValuePair.Create(expected.Name, state[expected.Name]));
    }
}
