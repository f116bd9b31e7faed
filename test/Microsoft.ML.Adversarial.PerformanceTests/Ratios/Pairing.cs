using System.Diagnostics;

namespace Microsoft.ML.Adversarial.PerformanceTests.Ratios;

/// <summary>Times two actions in turns, so that both see the same clock speed and the same neighbours on the machine.</summary>
internal static class Pairing
{
    /// <summary>The quotient of the shortest times: what comes on top of these is the neighbours', not the code's.</summary>
    public static double Measure(Action action, Action unit, int turns)
    {
        action();
        unit();
        var (shortestAction, shortestUnit) = (double.PositiveInfinity, double.PositiveInfinity);
        for (var turn = 0; turn < turns; turn++)
        {
            shortestAction = Math.Min(shortestAction, Time(action));
            shortestUnit = Math.Min(shortestUnit, Time(unit));
        }

        return shortestAction / shortestUnit;
    }

    private static double Time(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
