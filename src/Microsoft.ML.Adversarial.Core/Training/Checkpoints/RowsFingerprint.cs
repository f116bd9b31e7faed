using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training.Checkpoints;

/// <summary>A hash of training rows, in their order, and of the values that inputs may take: other rows are another training.</summary>
internal static class RowsFingerprint
{
    private const long RowsAtATime = 4096;

    public static string Of(TrainingRows rows, InputBounds bounds)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var ends in new[] { bounds.Lower, bounds.Upper })
        {
            hash.AppendData(MemoryMarshal.AsBytes<float>(ends.ToArray()));
        }

        foreach (var values in new[] { rows.Inputs, rows.Labels })
        {
            for (var first = 0L; first < rows.Count; first += RowsAtATime)
            {
                using var scope = NewDisposeScope();
                hash.AppendData(values.narrow(0, first, Math.Min(RowsAtATime, rows.Count - first)).cpu().contiguous().bytes);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
