using System.Text;
using Microsoft.ML.Adversarial.Build;

namespace Microsoft.ML.Adversarial.Native;

/// <summary>The smallest ELF file that has what the native fix looks at: one needed version and two imported functions.</summary>
internal sealed class ElfSample
{
    // Every name takes the same room, so that samples that differ in a name have the same layout.
    private const uint NameSize = 40;
    private const uint VersionName = 1;
    private const uint FunctionNameOffset = VersionName + NameSize;
    private const uint HarmlessNameOffset = FunctionNameOffset + NameSize;

    private const ushort NeededVersionIndex = 18;
    private const uint StringsSection = 1;

    public ushort Machine { get; init; } = 62;

    public string NeededVersion { get; init; } = TorchSharpNativeLibrary.UnwantedVersion;

    public string FunctionName { get; init; } = TorchSharpNativeLibrary.UnwantedFunction;

    public string HarmlessName { get; init; } = TorchSharpNativeLibrary.HarmlessFunction;

    /// <summary>What the fix makes of the sample, as computed by other means.</summary>
    public static ElfSample Fixed { get; } = new() { NeededVersion = "GLIBCXX_3.4.30", IsFixed = true };

    private bool IsFixed { get; init; }

    public byte[] ToImage()
    {
        (uint Type, uint Link, byte[] Content)[] sections =
        [
            (0, 0, []),
            ((uint)ElfSectionType.Strings, 0, Strings()),
            ((uint)ElfSectionType.DynamicSymbols, StringsSection, Symbols()),
            ((uint)ElfSectionType.SymbolVersions, 0, SymbolVersions()),
            ((uint)ElfSectionType.VersionNeeds, StringsSection, VersionNeeds()),
            ((uint)ElfSectionType.NoBits, 0, []),
        ];
        const int headerSize = 64;
        ulong contentSize = (ulong)sections.Sum(section => section.Content.Length);

        return Write(writer =>
        {
            writer.Write((ReadOnlySpan<byte>)[0x7f, .. "ELF"u8, 2, 1, 1, .. new byte[11]]);
            writer.Write(Machine);
            writer.Write(new byte[20]);
            writer.Write(headerSize + contentSize);
            writer.Write(new byte[10]);
            writer.Write((ushort)headerSize);
            writer.Write((ushort)sections.Length);
            writer.Write(new byte[2]);

            foreach (var section in sections)
            {
                writer.Write(section.Content);
            }

            ulong offset = headerSize;
            foreach (var section in sections)
            {
                writer.Write(0);
                writer.Write(section.Type);
                writer.Write(new byte[16]);
                writer.Write(offset);
                writer.Write((ulong)section.Content.Length);
                writer.Write(section.Link);
                writer.Write(new byte[20]);
                offset += (ulong)section.Content.Length;
            }
        });
    }

    private byte[] Strings() =>
        [0, .. Name(NeededVersion), .. Name(FunctionName), .. Name(HarmlessName), .. Name("function@" + NeededVersion)];

    private byte[] Symbols() => Write(writer =>
    {
        foreach (uint name in (uint[])[0, IsFixed ? HarmlessNameOffset : FunctionNameOffset, HarmlessNameOffset])
        {
            writer.Write(name);
            writer.Write(new byte[20]);
        }
    });

    private byte[] SymbolVersions() => Write(writer =>
    {
        writer.Write((ushort)0);
        writer.Write(IsFixed ? (ushort)1 : NeededVersionIndex);
        writer.Write((ushort)1);
    });

    private byte[] VersionNeeds() => Write(writer =>
    {
        writer.Write((ushort)1);
        writer.Write((ushort)1);
        writer.Write(0);
        writer.Write(16);
        writer.Write(0);

        writer.Write(IsFixed ? 0x0297f840 : 0x0297f842);
        writer.Write((ushort)0);
        writer.Write(NeededVersionIndex);
        writer.Write(VersionName);
        writer.Write(0);
    });

    private static byte[] Name(string name) => Encoding.ASCII.GetBytes(name.PadRight((int)NameSize, '\0'));

    private static byte[] Write(Action<BinaryWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream))
        {
            write(writer);
        }

        return stream.ToArray();
    }
}
