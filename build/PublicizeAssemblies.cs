using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Copies the named reference assemblies with `internal` widened to `public` and `private protected` to `protected`.
/// Only visibility bits change, in place: every token, signature and size stays what it was.
/// </summary>
public class PublicizeAssemblies : Task
{
    public ITaskItem[] References { get; set; }
    public ITaskItem[] Names { get; set; }
    public string OutputFolder { get; set; }
    [Output] public ITaskItem[] Publicized { get; set; }
    [Output] public ITaskItem[] Replaced { get; set; }

    public override bool Execute()
    {
        Directory.CreateDirectory(OutputFolder);
        var names = new HashSet<string>(Names.Select(name => name.ItemSpec), StringComparer.OrdinalIgnoreCase);
        Replaced = References.Where(reference => names.Contains(Path.GetFileNameWithoutExtension(reference.ItemSpec))).ToArray();
        Publicized = Replaced.Select(Publicize).ToArray();

        names.ExceptWith(Replaced.Select(reference => Path.GetFileNameWithoutExtension(reference.ItemSpec)));
        foreach (string missing in names)
            Log.LogError("Publicize: expected a reference to the assembly '{0}', found none; add the package that has it.", missing);
        return !Log.HasLoggedErrors;
    }

    private ITaskItem Publicize(ITaskItem reference)
    {
        string target = Path.GetFullPath(Path.Combine(OutputFolder, Path.GetFileName(reference.ItemSpec)));
        DateTime written = File.GetLastWriteTimeUtc(reference.ItemSpec);

        // An untouched copy keeps its time stamp, so that the compiler's incremental build is not woken up.
        if (!File.Exists(target) || File.GetLastWriteTimeUtc(target) != written)
        {
            byte[] image = File.ReadAllBytes(reference.ItemSpec);
            new MetadataTables(image).WidenVisibility();
            File.WriteAllBytes(target, image);
            File.SetLastWriteTimeUtc(target, written);
        }

        var copy = new TaskItem(target);
        reference.CopyMetadataTo(copy);
        return copy;
    }

    /// <summary>The three tables of an assembly that hold visibility, found as ECMA-335 II.22 to II.25 lays them out.</summary>
    private class MetadataTables
    {
        private const int Module = 0x00, TypeRef = 0x01, TypeDef = 0x02, Field = 0x04, MethodDef = 0x06, Param = 0x08,
            ModuleRef = 0x1A, TypeSpec = 0x1B, AssemblyRef = 0x23;

        private readonly byte[] _image;
        private readonly int[] _rowCounts = new int[64];

        public MetadataTables(byte[] image) { _image = image; }

        public void WidenVisibility()
        {
            int stream = FindTableStream(FindMetadataRoot());
            int heapSizes = _image[stream + 6];
            ulong present = BitConverter.ToUInt64(_image, stream + 8);
            int offset = stream + 24;
            for (int table = 0; table < 64; table++)
            {
                if ((present >> table & 1) == 0)
                    continue;
                _rowCounts[table] = Int32At(offset);
                offset += 4;
            }

            int[] rowSizes = RowSizesUpToMethodDef(heapSizes);
            for (int table = Module; table <= MethodDef; table++)
            {
                for (int row = 0; row < _rowCounts[table]; row++, offset += rowSizes[table])
                {
                    if (table == TypeDef)
                        WidenType(offset);
                    else if (table == Field)
                        WidenMember(offset);
                    else if (table == MethodDef)
                        WidenMember(offset + 6);    // after RVA (4) and ImplFlags (2)
                }
            }
        }

        // TypeAttributes: NotPublic 0 -> Public 1; NestedAssembly 5 -> NestedPublic 2; NestedFamANDAssem 6 -> NestedFamily 4.
        private void WidenType(int flags)
        {
            int visibility = _image[flags] & 7;
            SetVisibility(flags, visibility == 0 ? 1 : visibility == 5 ? 2 : visibility == 6 ? 4 : visibility);
        }

        // FieldAttributes and MethodAttributes agree: Assembly 3 -> Public 6; FamANDAssem 2 -> Family 4.
        private void WidenMember(int flags)
        {
            int visibility = _image[flags] & 7;
            SetVisibility(flags, visibility == 3 ? 6 : visibility == 2 ? 4 : visibility);
        }

        private void SetVisibility(int flags, int visibility) { _image[flags] = (byte)(_image[flags] & ~7 | visibility); }

        private int FindMetadataRoot()
        {
            const int CliHeaderDirectory = 14;
            int fileHeader = Int32At(0x3C) + 4;
            int optionalHeader = fileHeader + 20;
            bool is64Bit = UInt16At(optionalHeader) == 0x20B;
            int directories = optionalHeader + (is64Bit ? 112 : 96);
            int sections = optionalHeader + UInt16At(fileHeader + 16);
            int sectionCount = UInt16At(fileHeader + 2);

            int cliHeader = FileOffset(Int32At(directories + CliHeaderDirectory * 8), sections, sectionCount);
            return FileOffset(Int32At(cliHeader + 8), sections, sectionCount);
        }

        private int FileOffset(int virtualAddress, int sections, int sectionCount)
        {
            for (int section = sections; section < sections + 40 * sectionCount; section += 40)
            {
                int start = Int32At(section + 12);
                int size = Math.Max(Int32At(section + 8), Int32At(section + 16));
                if (virtualAddress >= start && virtualAddress < start + size)
                    return virtualAddress - start + Int32At(section + 20);
            }
            throw new BadImageFormatException("No section holds the virtual address " + virtualAddress);
        }

        private int FindTableStream(int root)
        {
            int header = root + 16 + Int32At(root + 12);    // after the version string
            int streamCount = UInt16At(header + 2);
            header += 4;
            for (int stream = 0; stream < streamCount; stream++)
            {
                int nameLength = Array.IndexOf(_image, (byte)0, header + 8) - (header + 8);
                if (nameLength == 2 && _image[header + 8] == '#' && _image[header + 9] == '~')
                    return root + Int32At(header);
                header += 8 + (nameLength + 4 & ~3);        // names end in 1 to 4 zeros
            }
            throw new BadImageFormatException("The metadata has no #~ stream");
        }

        private int[] RowSizesUpToMethodDef(int heapSizes)
        {
            int text = (heapSizes & 1) != 0 ? 4 : 2, guid = (heapSizes & 2) != 0 ? 4 : 2, blob = (heapSizes & 4) != 0 ? 4 : 2;
            int resolutionScope = CodedIndexSize(2, Module, ModuleRef, AssemblyRef, TypeRef);
            int typeDefOrRef = CodedIndexSize(2, TypeDef, TypeRef, TypeSpec);
            return new[]
            {
                2 + text + 3 * guid,                                                        // Module
                resolutionScope + 2 * text,                                                 // TypeRef
                4 + 2 * text + typeDefOrRef + IndexSize(Field) + IndexSize(MethodDef),      // TypeDef
                IndexSize(Field),                                                           // FieldPtr
                2 + text + blob,                                                            // Field
                IndexSize(MethodDef),                                                       // MethodPtr
                8 + text + blob + IndexSize(Param),                                         // MethodDef
            };
        }

        private int IndexSize(int table) { return _rowCounts[table] > 0xFFFF ? 4 : 2; }

        private int CodedIndexSize(int tagBits, params int[] tables)
        {
            return tables.Max(table => _rowCounts[table]) >= 1 << 16 - tagBits ? 4 : 2;
        }

        private int UInt16At(int offset) { return BitConverter.ToUInt16(_image, offset); }

        private int Int32At(int offset) { return BitConverter.ToInt32(_image, offset); }
    }
}
