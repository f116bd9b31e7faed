using System.Reflection;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Adversarial.Tool;

/// <summary>An exception as one line for people: no stack trace, no names of parameters in our code.</summary>
internal static class ErrorLine
{
    public static string Of(Exception exception)
    {
        if ((exception is TargetInvocationException or AggregateException || IsOfAnotherThread(exception)) && exception.InnerException is { } cause)
        {
            return Of(cause);
        }

        var message = exception is ArgumentException { ParamName: { } parameter } argument
            ? WithoutParameter(argument.Message, parameter)
            : exception is ExternalException native ? WithoutFrames(native.Message)
            : exception.Message;
        return string.Join(' ', message.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    // ML.NET wraps what a thread that reads rows throws.
    private static bool IsOfAnotherThread(Exception exception) =>
        exception is InvalidOperationException && exception.Message.StartsWith("Splitter/consolidator", StringComparison.Ordinal);

    private static string WithoutParameter(string message, string parameter)
    {
        var added = message.LastIndexOf($" (Parameter '{parameter}')", StringComparison.Ordinal);
        return added < 0 ? message : message[..added];
    }

    // libtorch adds where in C++ it happened.
    private static string WithoutFrames(string message)
    {
        var frames = message.IndexOf("Exception raised from", StringComparison.Ordinal);
        return frames < 0 ? message : message[..frames];
    }
}
