using System.Security.Cryptography;
using System.Text;

namespace Microsoft.ML.Adversarial.Tool.Evaluating;

/// <summary>Tells files from others by what they hold, wherever they are.</summary>
internal static class FileFingerprint
{
    /// <summary>A hash of what the files hold, in their order.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="said">What belongs to them and stands in none.</param>
    public static string Of(IEnumerable<string> paths, string said = "")
    {
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        all.AppendData(Encoding.UTF8.GetBytes(said));
        foreach (var path in paths)
        {
            using var file = File.OpenRead(path);
            all.AppendData(SHA256.HashData(file));
        }

        return Convert.ToHexString(all.GetHashAndReset());
    }
}
