using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.Adversarial.Evaluation.Robustness;

namespace Microsoft.ML.Adversarial.Evaluation.Reports.Sections;

/// <summary>Tells whether two evaluations saw the same rows.</summary>
internal static class DataFingerprint
{
    public static string Of(EvaluationRecord record)
    {
        var rows = string.Join(';', record.Rows.Select(row => row.Fingerprint));
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(rows)), 0, 8);
    }
}
