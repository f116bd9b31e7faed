using System.Diagnostics;

namespace Microsoft.ML.Adversarial.PerformanceTests.Ratios;

/// <summary>Times two actions in turns, so that both see the same clock speed and the same neighbours on the machine.</summary>
internal static class Pairing
{
    /// <summary>The quotient of the lower quartiles: the slower timings tell more about the neighbours than about the code.</summary>
    public static double Measure(Action action, Action unit, int turns)
    {
        action();
        unit();
        var (actionTimes, unitTimes) = (new double[turns], new double[turns]);
        for (var turn = 0; turn < turns; turn++)
        {
            actionTimes[turn] = Time(action);
            unitTimes[turn] = Time(unit);
        }

        return LowerQuartile(actionTimes) / LowerQuartile(unitTimes);
    }

    private static double Time(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double LowerQuartile(double[] times)
    {
        Array.Sort(times);
        return times[times.Length / 4];
    }
}
