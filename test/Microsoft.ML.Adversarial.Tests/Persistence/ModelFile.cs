using System.IO.Compression;

namespace Microsoft.ML.Adversarial.Persistence;

/// <summary>A model file taken apart, to be put together again with a change.</summary>
internal sealed class ModelFile
{
    private readonly Dictionary<string, byte[]> _entries = [];

    public ModelFile(byte[] file)
    {
        using var zip = new ZipArchive(new MemoryStream(file));
        foreach (var entry in zip.Entries)
        {
            using var content = new MemoryStream();
            using var stream = entry.Open();
            stream.CopyTo(content);
            _entries.Add(entry.FullName, content.ToArray());
        }
    }

    public IReadOnlyList<string> Names => [.. _entries.Keys.Order(StringComparer.Ordinal)];

    public byte[] this[string name]
    {
        get => _entries[name];
        set => _entries[name] = value;
    }

    /// <summary>The one entry whose name ends so.</summary>
    public string Find(string end) => _entries.Keys.Single(name => name.EndsWith(end, StringComparison.Ordinal));

    public void Remove(string name) => _entries.Remove(name);

    public MemoryStream Zip()
    {
        var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in _entries)
            {
                using var stream = zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
                stream.Write(content);
            }
        }

        file.Position = 0;
        return file;
    }
}
