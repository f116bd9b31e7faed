using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.Adversarial.Persistence;

/// <summary>
/// How a transformer of this library lies in a model file: ML.NET's own header, and its state as JSON. To make a new kind of transformer
/// loadable: one of these with its names, one LoadableClass line, one state record.
/// </summary>
/// <typeparam name="TState">What is written; plain data.</typeparam>
/// <param name="modelSignature">Exactly 8 characters.</param>
/// <param name="loaderSignature">At most 24 characters, as in the LoadableClass line.</param>
internal sealed class TransformerFile<TState>(string modelSignature, string loaderSignature)
    where TState : class, ISavedState
{
    private const uint FormatVersion = 0x00010001;
    private const string StateEntry = "State.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    // The assembly's simple name: a full name with a higher version than installed would not load.
    private VersionInfo Version => new(
        modelSignature, FormatVersion, FormatVersion, FormatVersion, typeof(TransformerFile<>).Assembly.GetName().Name, loaderSignature);

    public void Save(ModelSaveContext context, TState state)
    {
        context.CheckAtModel();
        context.SetVersionInfo(Version);
        context.SaveBinaryStream(StateEntry, writer => writer.Write(JsonSerializer.SerializeToUtf8Bytes(state, Json)));
    }

    public TState Load(ModelLoadContext context)
    {
        if (context.Header.ModelVerReadable > FormatVersion)
        {
            throw new InvalidDataException(
                $"{loaderSignature}: expected model format {FormatVersion:x} or older, got {context.Header.ModelVerReadable:x}, written by a newer version of Microsoft.ML.Adversarial. Update the package.");
        }

        context.CheckAtModel(Version);
        TState? state = null;
        try
        {
            context.TryLoadBinaryStream(StateEntry, reader => state = JsonSerializer.Deserialize<TState>(reader.BaseStream, Json));
        }
        catch (JsonException exception)
        {
            throw Corrupt(exception.Message, exception);
        }

        return Valid(state ?? throw Corrupt("it is missing", null));
    }

    private TState Valid(TState state)
    {
        try
        {
            state.Validate();
            return state;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException)
        {
            throw Corrupt($"it holds what no transformer has: {exception.Message}", exception);
        }
    }

    private InvalidDataException Corrupt(string problem, Exception? cause) =>
        new($"{loaderSignature}: expected a state in {StateEntry}, but {problem}. The model file is damaged: save it anew.", cause);
}
