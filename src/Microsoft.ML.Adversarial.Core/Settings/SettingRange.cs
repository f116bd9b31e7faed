namespace Microsoft.ML.Adversarial.Settings;

/// <summary>The guard of a setting.</summary>
internal static class SettingRange
{
    /// <summary>Returns a value that lies in its range, or throws.</summary>
    public static T Require<T>(T value, bool inRange, string expected, string setting) =>
        inRange ? value : throw new ArgumentOutOfRangeException(setting, value, $"Expected {setting} {expected}, got {value}.");
}
