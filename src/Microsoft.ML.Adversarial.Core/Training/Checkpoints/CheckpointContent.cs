using System.Text;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training.Checkpoints;

/// <summary>What a checkpoint holds: tensors by name, numbers and texts among them.</summary>
internal sealed class CheckpointContent(string source)
{
    private readonly Dictionary<string, Tensor> _tensors = [];

    /// <summary>Where it comes from or goes to, for errors.</summary>
    public string Source { get; } = source;

    public IReadOnlyDictionary<string, Tensor> Tensors => _tensors;

    public Tensor this[string name]
    {
        get => _tensors.TryGetValue(name, out var tensor)
            ? tensor
            : throw new InvalidDataException($"{Source}: expected '{name}', which every checkpoint holds, got none. The file is no checkpoint, or was changed.");
        set => _tensors[name] = value;
    }

    public void Add(string prefix, IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        foreach (var (name, value) in tensors)
        {
            _tensors.Add(prefix + name, value);
        }
    }

    public void Add(string name, double number) => _tensors.Add(name, tensor(number, ScalarType.Float64));

    public void Add(string name, string text) => Add(name, Encoding.UTF8.GetBytes(text));

    public void Add(string name, byte[] bytes) => _tensors.Add(name, tensor(bytes, ScalarType.Byte));

    public bool Has(string prefix) => _tensors.Keys.Any(name => name.StartsWith(prefix, StringComparison.Ordinal));

    public double Number(string name) => this[name].item<double>();

    public string Text(string name) => Encoding.UTF8.GetString(Bytes(name));

    public byte[] Bytes(string name) => this[name].data<byte>().ToArray();

    /// <summary>Writes tensors of the same names and shapes, in place.</summary>
    public void CopyTo(string prefix, IEnumerable<KeyValuePair<string, Tensor>> targets)
    {
        using var noGrad = no_grad();
        foreach (var (name, target) in targets)
        {
            var saved = this[prefix + name];
            if (!saved.shape.SequenceEqual(target.shape))
            {
                throw new InvalidDataException(
                    $"{Source}: expected '{prefix + name}' of shape [{string.Join(", ", target.shape)}], got [{string.Join(", ", saved.shape)}]. The file was changed.");
            }

            target.copy_(saved);
        }
    }
}
