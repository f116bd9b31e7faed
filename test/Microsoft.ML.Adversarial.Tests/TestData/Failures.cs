namespace Microsoft.ML.Adversarial.TestData;

/// <summary>ML.NET wraps what a step throws; these look inside.</summary>
internal static class Failures
{
    public static IEnumerable<Exception> Of(Exception failure)
    {
        for (var inner = failure; inner is not null; inner = inner.InnerException)
            yield return inner;
    }

    /// <summary>Runs an action that must fail, and checks the innermost exception of the type for the parts of its message.</summary>
    public static TException Require<TException>(Action action, params string[] parts)
        where TException : Exception
    {
        var failure = Assert.Throws<Exception>(action);
        var found = Of(failure).OfType<TException>().LastOrDefault();
        Assert.IsNotNull(found, $"Expected a {typeof(TException).Name}, got {failure}");
        foreach (var part in parts)
            StringAssert.Contains(found.Message, part);
        return found;
    }
}
