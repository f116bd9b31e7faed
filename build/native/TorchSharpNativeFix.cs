// MSBuild compiles this file on the spot, for .NET Standard 2.0 and as one file, so both classes live here; the tests compile
// the first alone by defining TORCHSHARP_NATIVE_FIX_WITHOUT_MSBUILD.
#nullable enable

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;

namespace Microsoft.ML.Adversarial.Build
{
    /// <summary>
    /// Makes an image of TorchSharp's Linux library load where libstdc++ is GCC 12's (Debian 12, Ubuntu 22.04).
    /// </summary>
    /// <remarks>
    /// The library was built with GCC 13 and asks for version GLIBCXX_3.4.32 because of one function,
    /// <c>std::ios_base_library_init()</c>. Its body is empty: it exists only to make the loader notice an old libstdc++, and
    /// GCC 13 code that merely initializes its streams runs on the older one. So the version is asked for under the name of
    /// the newest one that GCC 12 has, and the call goes to another import that has no effect.
    /// </remarks>
    internal static class TorchSharpNativeLibrary
    {
        internal const string UnwantedVersion = "GLIBCXX_3.4.32";
        internal const string WantedVersion = "GLIBCXX_3.4.30";
        internal const string UnwantedFunction = "_ZSt21ios_base_library_initv";

        // c10::GradMode::is_enabled(): takes nothing, reads a thread's flag, and nobody looks at what it returns.
        internal const string HarmlessFunction = "_ZN3c108GradMode10is_enabledEv";

        private const ushort VersionMask = 0x7fff;
        private const ushort LastVersionThatIsNone = 1;
        private const int SymbolSize = 24;

        /// <summary>Edits <paramref name="image"/> in place, without changing its length.</summary>
        /// <returns>False if there was nothing to edit: another platform's library, or one that does not ask for the version.</returns>
        /// <exception cref="InvalidDataException">
        /// The image is not a sound ELF file, or asks for the version in a way that this edit does not know. It is unchanged.
        /// </exception>
        public static bool Fix(byte[] image)
        {
            var elf = new ElfImage(image);
            if (!elf.IsX64)
            {
                return false;
            }

            ElfSection? needs = elf.FindSection(ElfSectionType.VersionNeeds);
            if (needs == null)
            {
                return false;
            }

            // Nothing is written until everything was read, so that an image with a fault stays as it was.
            var edits = new List<Action>();
            HashSet<ushort> unwanted = FindUnwantedVersions(needs, elf.GetLinked(needs), edits);
            if (unwanted.Count == 0)
            {
                return false;
            }

            RedirectUnwantedFunction(elf, unwanted, edits);
            RenameVersion(elf, edits);
            edits.ForEach(edit => edit());
            return true;
        }

        private static HashSet<ushort> FindUnwantedVersions(ElfSection needs, ElfSection names, List<Action> edits)
        {
            var found = new HashSet<ushort>();
            uint next;
            for (uint need = 0; ; need += next)
            {
                int count = needs.ReadUInt16(need + 2L);
                long version = need + (long)needs.ReadUInt32(need + 8L);
                for (int i = 0; i < count; i++)
                {
                    if (names.HasString(needs.ReadUInt32(version + 8), UnwantedVersion))
                    {
                        long hash = version;
                        edits.Add(() => needs.WriteUInt32(hash, Hash(WantedVersion)));
                        found.Add(needs.ReadUInt16(version + 6));
                    }

                    uint distance = needs.ReadUInt32(version + 12);
                    if (distance == 0)
                    {
                        break;
                    }

                    version += distance;
                }

                next = needs.ReadUInt32(need + 12L);
                if (next == 0)
                {
                    return found;
                }

                if (need + (long)next > needs.Length)
                {
                    throw ElfImage.Malformed("the list of needed versions leaves its section");
                }
            }
        }

        private static void RedirectUnwantedFunction(ElfImage elf, HashSet<ushort> unwanted, List<Action> edits)
        {
            ElfSection symbols = elf.FindSection(ElfSectionType.DynamicSymbols)
                ?? throw ElfImage.Malformed("it asks for versions but has no dynamic symbols");
            ElfSection versions = elf.FindSection(ElfSectionType.SymbolVersions)
                ?? throw ElfImage.Malformed("it asks for versions but its symbols have none");
            ElfSection names = elf.GetLinked(symbols);

            var users = new List<long>();
            long? harmless = null;
            for (long i = 0; i < symbols.Length / SymbolSize; i++)
            {
                uint name = symbols.ReadUInt32(i * SymbolSize);
                bool isImport = symbols.ReadUInt16(i * SymbolSize + 6) == 0;
                ushort version = versions.ReadUInt16(i * 2);
                if (unwanted.Contains((ushort)(version & VersionMask)))
                {
                    if (!isImport || !names.HasString(name, UnwantedFunction))
                    {
                        throw Unknown("it uses that version for more than " + UnwantedFunction);
                    }

                    users.Add(i);
                }
                else if (isImport && version <= LastVersionThatIsNone && names.HasString(name, HarmlessFunction))
                {
                    harmless = i;
                }
            }

            long replacement = harmless ?? throw Unknown("it does not import " + HarmlessFunction + ", to be called instead");
            uint replacementName = symbols.ReadUInt32(replacement * SymbolSize);
            ushort replacementVersion = versions.ReadUInt16(replacement * 2);
            foreach (long i in users)
            {
                edits.Add(() => symbols.WriteUInt32(i * SymbolSize, replacementName));
                edits.Add(() => versions.WriteUInt16(i * 2, replacementVersion));
            }
        }

        // Debugging names repeat the version: renaming all lets a plain search of the file tell whether it was edited.
        private static void RenameVersion(ElfImage elf, List<Action> edits)
        {
            foreach (ElfSection strings in elf.FindSections(ElfSectionType.Strings))
            {
                foreach (long offset in strings.FindEndingsOfStrings(UnwantedVersion))
                {
                    edits.Add(() => strings.WriteText(offset, WantedVersion));
                }
            }
        }

        // The hash that the ELF format prescribes for names of versions.
        private static uint Hash(string name)
        {
            uint hash = 0;
            foreach (char character in name)
            {
                hash = (hash << 4) + character;
                uint high = hash & 0xf0000000;
                hash = (hash ^ (high >> 24)) & ~high;
            }

            return hash;
        }

        private static InvalidDataException Unknown(string reason) =>
            new InvalidDataException("it asks for " + UnwantedVersion + " in a way that is not known to be harmless: " + reason);
    }

    internal enum ElfSectionType : uint
    {
        Strings = 3,
        NoBits = 8,
        DynamicSymbols = 11,
        VersionNeeds = 0x6ffffffe,
        SymbolVersions = 0x6fffffff,
    }

    internal sealed class ElfImage
    {
        private const int HeaderSize = 64;
        private const int SectionHeaderSize = 64;

        private readonly byte[] _image;
        private readonly List<ElfSection> _sections = new List<ElfSection>();

        public ElfImage(byte[] image)
        {
            _image = image;
            if (image.Length < HeaderSize || image[0] != 0x7f || image[1] != 'E' || image[2] != 'L' || image[3] != 'F')
            {
                throw Malformed("it does not begin with an ELF header");
            }

            var whole = new ElfSection(image, 0, image.Length, 0, 0);
            bool is64BitLittleEndian = image[4] == 2 && image[5] == 1;
            IsX64 = is64BitLittleEndian && whole.ReadUInt16(18) == 62;
            if (IsX64)
            {
                ReadSections(whole);
            }
        }

        public bool IsX64 { get; }

        public static InvalidDataException Malformed(string reason) => new InvalidDataException("it is damaged: " + reason);

        public IEnumerable<ElfSection> FindSections(ElfSectionType type) => _sections.Where(section => section.Type == type);

        public ElfSection? FindSection(ElfSectionType type) => FindSections(type).FirstOrDefault();

        public ElfSection GetLinked(ElfSection section) =>
            section.Link < _sections.Count ? _sections[(int)section.Link] : throw Malformed("a section refers to one that is not there");

        private void ReadSections(ElfSection whole)
        {
            ulong table = whole.ReadUInt64(0x28);
            int count = whole.ReadUInt16(0x3c);
            if (table == 0 || count == 0)
            {
                return;
            }

            if (whole.ReadUInt16(0x3a) != SectionHeaderSize)
            {
                throw Malformed("its section headers have an unknown size");
            }

            ElfSection headers = Slice(table, (ulong)count * SectionHeaderSize, 0, 0);
            for (long header = 0; header < headers.Length; header += SectionHeaderSize)
            {
                var type = (ElfSectionType)headers.ReadUInt32(header + 4);
                bool takesNoSpace = type == ElfSectionType.NoBits || type == 0;
                ulong offset = takesNoSpace ? 0 : headers.ReadUInt64(header + 24);
                ulong length = takesNoSpace ? 0 : headers.ReadUInt64(header + 32);
                _sections.Add(Slice(offset, length, type, headers.ReadUInt32(header + 40)));
            }
        }

        private ElfSection Slice(ulong offset, ulong length, ElfSectionType type, uint link)
        {
            var available = (ulong)_image.Length;
            if (offset > available || length > available - offset)
            {
                throw Malformed("a section lies outside the file, which may have been cut short");
            }

            return new ElfSection(_image, (int)offset, (int)length, type, link);
        }
    }

    // A part of the image that cannot be read or written beyond its bounds.
    internal sealed class ElfSection
    {
        private readonly byte[] _image;
        private readonly int _start;

        public ElfSection(byte[] image, int start, int length, ElfSectionType type, uint link)
        {
            _image = image;
            _start = start;
            Length = length;
            Type = type;
            Link = link;
        }

        public int Length { get; }

        public ElfSectionType Type { get; }

        public uint Link { get; }

        public ushort ReadUInt16(long offset) => (ushort)ReadLittleEndian(offset, 2);

        public uint ReadUInt32(long offset) => (uint)ReadLittleEndian(offset, 4);

        public ulong ReadUInt64(long offset) => ReadLittleEndian(offset, 8);

        public void WriteUInt16(long offset, ushort value) => WriteLittleEndian(offset, 2, value);

        public void WriteUInt32(long offset, uint value) => WriteLittleEndian(offset, 4, value);

        public void WriteText(long offset, string text) => Encoding.ASCII.GetBytes(text).CopyTo(_image, Locate(offset, text.Length));

        public bool HasString(long offset, string expected) => Matches(Locate(offset, 1), expected);

        // Symbols carry their version as an ending, name@version: hence strings that end so, not only those that are so.
        public IEnumerable<long> FindEndingsOfStrings(string ending)
        {
            for (int offset = 1; offset < Length; offset++)
            {
                byte before = _image[_start + offset - 1];
                if ((before == 0 || before == '@') && Matches(_start + offset, ending))
                {
                    yield return offset;
                }
            }
        }

        private bool Matches(int position, string expected)
        {
            if (position + expected.Length >= _start + Length || _image[position + expected.Length] != 0)
            {
                return false;
            }

            for (int i = 0; i < expected.Length; i++)
            {
                if (_image[position + i] != expected[i])
                {
                    return false;
                }
            }

            return true;
        }

        private ulong ReadLittleEndian(long offset, int size)
        {
            int position = Locate(offset, size);
            ulong value = 0;
            for (int i = size - 1; i >= 0; i--)
            {
                value = (value << 8) | _image[position + i];
            }

            return value;
        }

        private void WriteLittleEndian(long offset, int size, uint value)
        {
            int position = Locate(offset, size);
            for (int i = 0; i < size; i++)
            {
                _image[position + i] = (byte)(value >> (8 * i));
            }
        }

        private int Locate(long offset, int size)
        {
            if (offset < 0 || offset > Length - size)
            {
                throw ElfImage.Malformed("an entry lies outside its section");
            }

            return _start + (int)offset;
        }
    }
}

#if !TORCHSHARP_NATIVE_FIX_WITHOUT_MSBUILD
namespace Microsoft.ML.Adversarial.Build
{
    using Microsoft.Build.Framework;
    using Microsoft.Build.Utilities;

    /// <summary>Applies <see cref="TorchSharpNativeLibrary.Fix"/> to libraries in an output, or to copies of them.</summary>
    public sealed class TorchSharpNativeFix : Task
    {
        private const string WarningCode = "MLADV001";

        [Required]
        public ITaskItem[] Libraries { get; set; } = Array.Empty<ITaskItem>();

        /// <summary>Where edited copies go. Without it each library is replaced by its edited copy.</summary>
        public string? CopyFolder { get; set; }

        /// <summary>Where TorchSharp gathers half a gigabyte of libraries when it failed to load.</summary>
        public string? FailedLoadFolder { get; set; }

        [Output]
        public ITaskItem[] Originals { get; private set; } = Array.Empty<ITaskItem>();

        [Output]
        public ITaskItem[] Copies { get; private set; } = Array.Empty<ITaskItem>();

        public override bool Execute()
        {
            var originals = new List<ITaskItem>();
            var copies = new List<ITaskItem>();
            foreach (ITaskItem library in Libraries)
            {
                string path = library.GetMetadata("FullPath");
                try
                {
                    byte[] image = File.ReadAllBytes(path);
                    if (!TorchSharpNativeLibrary.Fix(image))
                    {
                        continue;
                    }

                    if (string.IsNullOrEmpty(CopyFolder))
                    {
                        Replace(path, image);
                        RemoveFailedLoad();
                        continue;
                    }

                    var copy = new TaskItem(Path.Combine(CopyFolder, RelativePath(library)));
                    library.CopyMetadataTo(copy);
                    Copy(path, copy.ItemSpec, image);
                    originals.Add(library);
                    copies.Add(copy);
                }
                catch (Exception exception) when (
                    exception is InvalidDataException || exception is IOException || exception is UnauthorizedAccessException)
                {
                    Log.LogWarning(
                        null, WarningCode, null, null, 0, 0, 0, 0,
                        "Expected {0} to be TorchSharp's library for linux-x64, to be edited so that it loads on Debian 12 and Ubuntu "
                        + "22.04, but {1}. It was left as it is. Restore the TorchSharp package again, or set "
                        + "FixTorchSharpNative=false if this library is meant to be used unedited.",
                        path,
                        exception.Message.TrimEnd('.'));
                }
            }

            Originals = originals.ToArray();
            Copies = copies.ToArray();
            return true;
        }

        private static string RelativePath(ITaskItem library)
        {
            string path = library.GetMetadata("RelativePath");
            return string.IsNullOrEmpty(path) || Path.IsPathRooted(path) ? Path.GetFileName(library.ItemSpec) : path;
        }

        // The output may be a hard link to the file in the package cache: it is never written to, only its name is taken over.
        // It keeps its time, by which the next build sees that there is nothing to copy.
        private void Replace(string path, byte[] image)
        {
            string temporary = path + "." + Path.GetRandomFileName();
            try
            {
                Write(temporary, path, image);
                File.SetLastWriteTimeUtc(temporary, File.GetLastWriteTimeUtc(path));
                File.Replace(temporary, path, null);
            }
            finally
            {
                File.Delete(temporary);
            }

            LogEdited(path);
        }

        // A copy keeps the time of its making, by which publishing sees that an unedited file of before is out of date.
        private void Copy(string path, string destination, byte[] image)
        {
            if (File.Exists(destination) && File.ReadAllBytes(destination).SequenceEqual(image))
            {
                return;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(destination));
            File.Delete(destination);
            Write(destination, path, image);
            LogEdited(destination);
        }

        // Copied first and then overwritten, for the permissions.
        private static void Write(string destination, string source, byte[] image)
        {
            File.Copy(source, destination);
            File.SetAttributes(destination, File.GetAttributes(destination) & ~FileAttributes.ReadOnly);
            File.WriteAllBytes(destination, image);
        }

        private void LogEdited(string path) => Log.LogMessage(
            MessageImportance.High,
            "Edited {0} so that it loads on Debian 12 and Ubuntu 22.04: it asked for {1} of libstdc++ because of one function that "
            + "does nothing, and now asks for {2}. The package cache is unchanged. Set FixTorchSharpNative=false to turn this off.",
            path,
            TorchSharpNativeLibrary.UnwantedVersion,
            TorchSharpNativeLibrary.WantedVersion);

        private void RemoveFailedLoad()
        {
            if (string.IsNullOrEmpty(FailedLoadFolder) || !IsFailedLoad(FailedLoadFolder!))
            {
                return;
            }

            Directory.Delete(FailedLoadFolder, recursive: true);
            Log.LogMessage(
                MessageImportance.High, "Deleted {0}, which TorchSharp filled when it failed to load its library.", FailedLoadFolder);
        }

        // The name is a common one: only a folder that holds TorchSharp's libraries and nothing else is TorchSharp's.
        private static bool IsFailedLoad(string folder) =>
            File.Exists(Path.Combine(folder, "libLibTorchSharp.so"))
            && Directory.GetDirectories(folder).Length == 0
            && Directory.GetFiles(folder).Select(Path.GetFileName).All(
                name => name.StartsWith("lib", StringComparison.Ordinal) && name.IndexOf(".so", StringComparison.Ordinal) > 0);
    }
}
#endif
