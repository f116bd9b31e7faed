namespace Certificates;

/// <summary>What became of certificates under attack.</summary>
/// <param name="Kind">Of certificate.</param>
/// <param name="Rows">That were looked at.</param>
/// <param name="Certified">Of these.</param>
/// <param name="Radii">Within which they are, in words.</param>
/// <param name="Broken">Certified rows whose class an attack within the radius changed: none, or the certificate is worth nothing.</param>
internal sealed record Outcome(string Kind, long Rows, long Certified, string Radii, long Broken);
