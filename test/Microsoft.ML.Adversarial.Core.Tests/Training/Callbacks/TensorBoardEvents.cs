using System.Buffers.Binary;
using Tensorboard;

namespace Microsoft.ML.Adversarial.Training.Callbacks;

/// <summary>What was written for TensorBoard.</summary>
internal static class TensorBoardEvents
{
    // TFRecord: length (8 bytes), its checksum (4), the record, its checksum (4).
    public static IEnumerable<Event> Read(string folder)
    {
        foreach (string file in Directory.GetFiles(folder).Order(StringComparer.Ordinal))
        {
            byte[] bytes = File.ReadAllBytes(file);
            for (int start = 0; start < bytes.Length;)
            {
                int length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(start));
                yield return Event.Parser.ParseFrom(bytes, start + 12, length);
                start += 12 + length + 4;
            }
        }
    }
}
