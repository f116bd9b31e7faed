using System.Collections.ObjectModel;
using System.Text;
using Microsoft.ML.Adversarial.Networks.Layers;

namespace Microsoft.ML.Adversarial.Networks;

/// <summary>The architecture of a network: layers with their options, without weights. Immutable.</summary>
/// <remarks>
/// Input channels and features are inferred. A definition may leave the shape of its input and the number of classes to the
/// data; <see cref="Bind"/> fills them in and checks that the layers fit together. The JSON form is meant to be written by hand.
/// </remarks>
public sealed partial record NetworkDefinition
{
    /// <summary>The most layers that a definition may have, those inside residual blocks included: 10,000.</summary>
    public const int MaximumLayerCount = 10_000;

    private const int MaximumAxes = 8;
    private const long MaximumFileLength = 16 * 1024 * 1024;

    /// <summary>The shape of one input without the batch axis, such as [1, 28, 28]; null to take it from the data.</summary>
    /// <exception cref="ArgumentException">Not 1 to 8 sizes of at least 1 each, or more than 2³¹ values.</exception>
    public IReadOnlyList<long>? InputShape
    {
        get;
        init => field = value is null ? null : CheckedInputShape(value, "input");
    }

    /// <summary>The number of classes, at least 2; null to take it from the data.</summary>
    /// <exception cref="ArgumentException">Below 2.</exception>
    public int? ClassCount
    {
        get;
        init => field = value is null ? null : OptionRange.AtLeast(value.Value, 2, "classes");
    }

    /// <summary>What the network does to its input before the first layer; null for nothing.</summary>
    public Normalisation? Normalisation { get; init; }

    /// <summary>The layers, first to last. At least one.</summary>
    /// <exception cref="ArgumentException">Empty, a null among them, or more than <see cref="MaximumLayerCount"/>.</exception>
    public required IReadOnlyList<LayerDefinition> Layers
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value.Count > 0
                ? Checked(value, "layers")
                : throw new DefinitionOptionException("layers", "at least one layer", "none");
        }
    }

    /// <summary>Reads the JSON form. Nothing in it is executed.</summary>
    /// <param name="json">The text; comments and trailing commas are allowed.</param>
    /// <returns>The definition, bound as far as the text says.</returns>
    /// <exception cref="NetworkFormatException">The text is not a definition; the message names the place.</exception>
    public static NetworkDefinition FromJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return NetworkJson.Read(json);
    }

    /// <summary>Reads a JSON file, as <see cref="FromJson"/> does.</summary>
    /// <param name="path">A UTF-8 file of at most 16 MiB.</param>
    /// <returns>The definition.</returns>
    /// <exception cref="NetworkFormatException">The file is not a definition; the message names the place.</exception>
    public static NetworkDefinition Load(string path)
    {
        var length = new FileInfo(path).Length;
        return length <= MaximumFileLength
            ? FromJson(File.ReadAllText(path))
            : throw new NetworkFormatException(path, $"a definition of at most {MaximumFileLength} bytes", $"{length} bytes");
    }

    /// <summary>The JSON form, every option written out. Reading it back gives the same definition.</summary>
    /// <returns>Indented text, one line per layer.</returns>
    public string ToJson() => NetworkJson.Write(this);

    /// <summary>Writes the JSON form to a file. On failure an existing file stays as it was.</summary>
    /// <param name="path">The file, replaced if it exists.</param>
    public void Save(string path) => WholeFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(ToJson())));

    /// <summary>Fills in what the definition leaves to the data, and checks that the layers fit together.</summary>
    /// <param name="inputShape">
    /// The shape of one input without the batch axis; null if the definition has one. Where the definition has one, this must equal
    /// it, or one of the two must be the other flattened to one axis; the definition's then stays.
    /// </param>
    /// <param name="classCount">The number of classes; null if the definition has one.</param>
    /// <returns>
    /// A definition with <see cref="InputShape"/> and <see cref="ClassCount"/>, whose last Linear has a number of features.
    /// </returns>
    /// <exception cref="ArgumentException">Shape or classes are missing, or contradict the definition's.</exception>
    /// <exception cref="NetworkFormatException">
    /// The layers do not fit: the message names the layer, the shape that arrived, what was expected and what to do.
    /// </exception>
    public NetworkDefinition Bind(IReadOnlyList<long>? inputShape = null, int? classCount = null)
    {
        var input = BoundInputShape(inputShape);
        var classes = BoundClassCount(classCount);
        var bound = this with { InputShape = input, ClassCount = classes, Layers = LayersWith(classes) };
        Normalisation?.CheckFits(input);

        var output = LayerChain.OutputShape(bound.Layers, "layers", [.. input]);
        if (output is not [long logits] || logits != classes)
        {
            LayerInput last = new($"layers[{Layers.Count - 1}]", Layers[^1].Type, output);
            throw new NetworkFormatException(
                last.Place, $"an output of shape [{classes}], one logit per class", TensorShape.Text(output),
                "End with Flatten and a Linear without features.");
        }

        Int128 weights = 0;
        foreach (var tensor in bound.State())
        {
            weights += TensorShape.ElementCount(tensor.Shape);
        }

        return weights <= LayerChain.MaximumElementCount
            ? bound
            : throw new NetworkFormatException(
                "layers", $"at most {LayerChain.MaximumElementCount} weights", $"{weights}", "Pool the image before the first Linear.");
    }

    /// <summary>
    /// The same architecture with its last layer, a Linear, replaced by cosines times a scale: hypersphere embedding (Pang et al. 2020,
    /// arXiv:2002.08619).
    /// </summary>
    /// <param name="scale">s, above 0.</param>
    /// <exception cref="InvalidOperationException">The last layer is neither a Linear nor a Hypersphere.</exception>
    public NetworkDefinition WithHypersphereEmbedding(double scale)
    {
        var features = Layers[^1] switch
        {
            LinearLayer linear => linear.Features,
            HypersphereLayer hypersphere => hypersphere.Features,
            var other => throw new InvalidOperationException(
                $"layers[{Layers.Count - 1}]: expected a Linear, which hypersphere embedding replaces, got {other.Type}. End the network with a Linear."),
        };
        return this with { Layers = [.. Layers.SkipLast(1), new HypersphereLayer(features, scale)] };
    }

    /// <summary>What a weights file of this definition, once bound, holds.</summary>
    internal IEnumerable<StateTensor> State() => LayerChain.State(Layers, [.. InputShape!]);

    internal static ReadOnlyCollection<LayerDefinition> Checked(IReadOnlyList<LayerDefinition> layers, string option)
    {
        if (layers.Any(layer => layer is null))
        {
            throw new DefinitionOptionException(option, "layers", "null");
        }

        var count = LayerChain.All(layers, option).Take(MaximumLayerCount + 1).Count();
        return count <= MaximumLayerCount
            ? Array.AsReadOnly(layers.ToArray())
            : throw new DefinitionOptionException(option, $"at most {MaximumLayerCount} layers", "more");
    }

    private static ReadOnlyCollection<long> CheckedInputShape(IReadOnlyList<long> shape, string option)
    {
        var valid = shape.Count is >= 1 and <= MaximumAxes && shape.All(size => size >= 1)
            && TensorShape.ElementCount(shape) <= LayerChain.MaximumElementCount;
        return valid
            ? Array.AsReadOnly(shape.ToArray())
            : throw new DefinitionOptionException(
                option,
                $"1 to {MaximumAxes} sizes of at least 1, without the batch axis, of at most {LayerChain.MaximumElementCount} values",
                TensorShape.Text(shape));
    }

    private IReadOnlyList<long> BoundInputShape(IReadOnlyList<long>? given)
    {
        if (given is null)
        {
            return InputShape ?? throw new ArgumentException(
                "Expected the shape of one input, such as [1, 28, 28]; neither the definition nor the caller gave one.", nameof(given));
        }

        IReadOnlyList<long> shape = CheckedInputShape(given, "inputShape");
        if (InputShape is null || InputShape.SequenceEqual(shape))
        {
            return shape;
        }

        var oneIsFlat = InputShape.Count == 1 || shape.Count == 1;
        return oneIsFlat && TensorShape.ElementCount(InputShape) == TensorShape.ElementCount(shape)
            ? InputShape
            : throw new ArgumentException(
                $"Expected inputs of shape {TensorShape.Text(InputShape)}, as the definition says, got {TensorShape.Text(shape)}. "
                    + "Reorder or resize the data, or change the definition's input.",
                "inputShape");
    }

    private int BoundClassCount(int? given)
    {
        var count = given ?? ClassCount ?? throw new ArgumentException(
            "Expected a number of classes; neither the definition nor the caller gave one.", "classCount");
        OptionRange.AtLeast(count, 2, "classCount");
        return ClassCount is null || ClassCount == count
            ? count
            : throw new ArgumentException(
                $"Expected {ClassCount} classes, as the definition says, got {count}. Change one of the two.", "classCount");
    }

    private LayerDefinition[] LayersWith(int classCount)
    {
        LayerDefinition[] layers = [.. Layers];
        var last = Array.FindLastIndex(layers, layer => layer is LinearLayer or HypersphereLayer);
        if (last >= 0)
        {
            layers[last] = layers[last].WithFeatures(classCount);
        }

        return layers;
    }
}
