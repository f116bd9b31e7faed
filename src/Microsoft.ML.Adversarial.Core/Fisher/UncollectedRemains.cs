namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>
/// Collects what TorchSharp leaves to finalizers. Scalars, sizes asked for and the like leave small blocks of native memory behind, some of
/// them between large tensors: malloc then cannot join the room that these give back, and takes new room for the next ones. Scoring
/// allocates so little managed memory that the garbage collector may not run for gigabytes of that.
/// </summary>
internal static class UncollectedRemains
{
    /// <summary>How many bytes of tensors may come and go before a collection of the youngest objects, which takes less than a millisecond.</summary>
    private const long BytesPerCollection = 256L << 20;

    private static long s_bytes;
    private static int s_collections;

    /// <summary>Says that tensors of so many bytes have been disposed.</summary>
    public static void Passed(long bytes)
    {
        var collections = GC.CollectionCount(0);
        if (Interlocked.Exchange(ref s_collections, collections) != collections)
        {
            Interlocked.Exchange(ref s_bytes, bytes);
        }
        else if (Interlocked.Add(ref s_bytes, bytes) >= BytesPerCollection)
        {
            Interlocked.Exchange(ref s_bytes, 0);
#pragma warning disable RS0030 // Nothing of the library's own is left to the collector; these are TorchSharp's.
            GC.Collect(0);
#pragma warning restore RS0030
        }
    }
}
