using System.Text;
using Microsoft.ML.Adversarial.Build;

namespace Microsoft.ML.Adversarial.Native;

[TestClass]
public sealed class TorchSharpNativeLibraryTests
{
    [TestMethod]
    public void FixRenamesTheVersionAndRedirectsTheFunction()
    {
        byte[] image = new ElfSample().ToImage();

        Assert.IsTrue(TorchSharpNativeLibrary.Fix(image));
        CollectionAssert.AreEqual(ElfSample.Fixed.ToImage(), image);
    }

    [TestMethod]
    public void SecondFixChangesNothing()
    {
        byte[] image = new ElfSample().ToImage();
        TorchSharpNativeLibrary.Fix(image);
        byte[] once = image.ToArray();

        Assert.IsFalse(TorchSharpNativeLibrary.Fix(image));
        CollectionAssert.AreEqual(once, image);
    }

    [TestMethod]
    public void LibraryForAnotherProcessorIsLeftAlone()
    {
        const ushort Arm64 = 183;
        AssertLeftAlone(new ElfSample { Machine = Arm64 }.ToImage());
    }

    [TestMethod]
    public void LibraryThatDoesNotAskForTheVersionIsLeftAlone() =>
        AssertLeftAlone(new ElfSample { NeededVersion = "GLIBCXX_3.4.29" }.ToImage());

    [TestMethod]
    public void FunctionThatIsNotKnownToBeHarmlessIsRefused() =>
        AssertRefused(new ElfSample { FunctionName = "_ZSt4exitv" }.ToImage(), "in a way that is not known to be harmless");

    [TestMethod]
    public void LibraryWithoutTheHarmlessFunctionIsRefused() =>
        AssertRefused(new ElfSample { HarmlessName = "_ZN3c105otherEv" }.ToImage(), TorchSharpNativeLibrary.HarmlessFunction);

    [TestMethod]
    public void FileThatIsNoElfIsRefused() => AssertRefused(Encoding.ASCII.GetBytes("version https://git-lfs"), "ELF header");

    [TestMethod]
    public void FileCutShortAnywhereIsRefused()
    {
        byte[] image = new ElfSample().ToImage();
        for (int length = 0; length < image.Length; length++)
        {
            AssertRefused(image[..length], "it is damaged");
        }
    }

    [TestMethod]
    public void FileWithAnyByteDamagedIsFixedOrRefusedUnchanged()
    {
        byte[] sound = new ElfSample().ToImage();
        byte[] damages = [0x00, 0x01, 0x7f, 0x80, 0xff];
        for (int i = 0; i < sound.Length; i++)
        {
            foreach (byte damage in damages)
            {
                byte[] image = sound.ToArray();
                image[i] = damage;
                byte[] before = image.ToArray();
                if (!FixesWithoutRefusal(image))
                {
                    CollectionAssert.AreEqual(before, image, $"Byte {i} was set to {damage}.");
                }
            }
        }
    }

    private static bool FixesWithoutRefusal(byte[] image)
    {
        try
        {
            return TorchSharpNativeLibrary.Fix(image);
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private static void AssertLeftAlone(byte[] image)
    {
        byte[] before = image.ToArray();

        Assert.IsFalse(TorchSharpNativeLibrary.Fix(image));
        CollectionAssert.AreEqual(before, image);
    }

    private static void AssertRefused(byte[] image, string reason)
    {
        byte[] before = image.ToArray();

        var exception = Assert.ThrowsExactly<InvalidDataException>(() => TorchSharpNativeLibrary.Fix(image));

        StringAssert.Contains(exception.Message, reason);
        CollectionAssert.AreEqual(before, image);
    }
}
