using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.ML.Adversarial.Build;
using TorchSharp;

namespace Microsoft.ML.Adversarial.Native;

[TestClass]
public sealed partial class TorchSharpLoadsTests
{
    [TestMethod]
    public void FreshBuildComputes()
    {
        using torch.Tensor sum = torch.ones(1) + torch.ones(1);

        Assert.AreEqual(2f, sum.item<float>());
    }

    [TestMethod]
    public void LibraryAsksForNothingNewerThanGcc12()
    {
        string text = Encoding.Latin1.GetString(ReadLibraryInOutput());

        int newest = LibstdcxxVersion().Matches(text).Max(match => int.Parse(match.Groups[1].Value));

        Assert.AreEqual(30, newest);
    }

    [TestMethod]
    public void FixOfFixedLibraryChangesNothing()
    {
        byte[] library = ReadLibraryInOutput();
        byte[] before = library.ToArray();

        Assert.IsFalse(TorchSharpNativeLibrary.Fix(library));
        CollectionAssert.AreEqual(before, library);
    }

    private static byte[] ReadLibraryInOutput()
    {
        string[] places = ["runtimes/linux-x64/native/libLibTorchSharp.so", "libLibTorchSharp.so"];
        string? found = places.Select(place => Path.Combine(AppContext.BaseDirectory, place)).FirstOrDefault(File.Exists);
        if (found == null && RuntimeInformation.RuntimeIdentifier != "linux-x64")
        {
            Assert.Inconclusive("Built for one platform, which is not linux-x64.");
        }

        Assert.IsNotNull(found, $"Expected one of {string.Join(", ", places)} in {AppContext.BaseDirectory}, got none.");
        return File.ReadAllBytes(found);
    }

    [GeneratedRegex(@"GLIBCXX_3\.4\.(\d+)")]
    private static partial Regex LibstdcxxVersion();
}
