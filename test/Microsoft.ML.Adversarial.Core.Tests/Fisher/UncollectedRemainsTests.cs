namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>What TorchSharp leaves to finalizers does not wait for the program's own garbage.</summary>
[TestClass]
public sealed class UncollectedRemainsTests
{
    [TestMethod]
    public void TensorsThatComeAndGoLeadToACollectionNowAndThen()
    {
        int before = GC.CollectionCount(0);
        for (int chunk = 0; chunk < 1000; chunk++)
        {
            UncollectedRemains.Passed(1 << 20);
        }

        // Collections of other tests count too, and put off the next.
        Assert.IsGreaterThanOrEqualTo(3, GC.CollectionCount(0) - before, "of 1,000 MB, one per 256 MB");
    }
}
