namespace Microsoft.ML.Adversarial.Networks;

[TestClass]
public sealed class WholeFileTests
{
    private static readonly byte[] Earlier = [1, 2, 3];

    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    private string Target => Path.Combine(folder, "target.bin");

    [TestCleanup]
    public void DeleteFolder() => Directory.Delete(folder, recursive: true);

    [TestMethod]
    public void AFileIsReplacedAsAWhole()
    {
        File.WriteAllBytes(Target, new byte[1000]);
        WholeFile.Write(Target, stream =>
        {
            stream.Write(Earlier);
            Assert.HasCount(1000, File.ReadAllBytes(Target), "the earlier file, while the new one is written");
        });
        AssertOnlyFile(Earlier);
    }

    [TestMethod]
    public void AFullDiskLeavesTheEarlierFile()
    {
        File.WriteAllBytes(Target, Earlier);
        Assert.ThrowsExactly<IOException>(() => WholeFile.Write(Target, FillTheDisk));
        AssertOnlyFile(Earlier);
    }

    [TestMethod]
    public void AFullDiskLeavesNothingWhereNothingWas()
    {
        Assert.ThrowsExactly<IOException>(() => WholeFile.Write(Target, FillTheDisk));
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder));
    }

    [TestMethod]
    public void AFolderOfThatNameStays()
    {
        Directory.CreateDirectory(Target);
        string inside = Path.Combine(Target, "inside.bin");
        File.WriteAllBytes(inside, Earlier);
        Assert.Throws<SystemException>(() => WholeFile.Write(Target, stream => stream.WriteByte(7)));
        CollectionAssert.AreEqual(Earlier, File.ReadAllBytes(inside));
        Assert.HasCount(1, Directory.GetFileSystemEntries(folder), "half-written files");
    }

    [TestMethod]
    public void AFileInAPlaceThatCannotBeWrittenStays()
    {
        // Not even root can make a file there.
        const string Version = "/proc/version";
        if (!File.Exists(Version))
        {
            Assert.Inconclusive("There is no /proc, where nobody can make files.");
        }

        string before = File.ReadAllText(Version);
        bool isAsked = false;
        Assert.Throws<SystemException>(() => WholeFile.Write(Version, _ => isAsked = true));
        Assert.IsFalse(isAsked);
        Assert.AreEqual(before, File.ReadAllText(Version));
    }

    // More than any buffer holds, so that a part is on the disk when it is full.
    private static void FillTheDisk(Stream stream)
    {
        stream.Write(new byte[1 << 20]);
        throw new IOException("No space left on device");
    }

    private void AssertOnlyFile(byte[] expected)
    {
        CollectionAssert.AreEqual(expected, File.ReadAllBytes(Target));
        Assert.HasCount(1, Directory.GetFileSystemEntries(folder), "half-written files");
    }
}
