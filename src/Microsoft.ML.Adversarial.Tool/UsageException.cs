namespace Microsoft.ML.Adversarial.Tool;

/// <summary>A command line that cannot be carried out, whatever the files hold.</summary>
internal sealed class UsageException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Runs a check of the library on what the command line says.</summary>
    public static T Guard<T>(Func<T> check)
    {
        try
        {
            return check();
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or NotSupportedException)
        {
            throw new UsageException(ErrorLine.Of(exception), exception);
        }
    }
}
