namespace Microsoft.ML.Adversarial.Training;

/// <summary>How the learning rate moves over the steps of training.</summary>
public enum LearningRateSchedule
{
    /// <summary>The same rate throughout.</summary>
    Constant,

    /// <summary>From the largest rate straight down to 0.</summary>
    Linear,

    /// <summary>The largest rate over the first half of the steps, then straight down to 0.</summary>
    ConstantThenLinear,

    /// <summary>From the largest rate to 0 along half a cosine (Loshchilov &amp; Hutter 2017, arXiv:1608.03983).</summary>
    Cosine,

    /// <summary>
    /// Up from a 25th to the largest rate over the first 30 % of the steps, then to 0 along half a cosine (Smith &amp; Topin 2018,
    /// arXiv:1708.07120).
    /// </summary>
    OneCycle,
}

/// <summary>The schedules as functions of the share of steps done.</summary>
internal static class LearningRateSchedules
{
    private const double WarmUp = 0.3;
    private const double StartDivisor = 25;

    /// <summary>The factor on the largest rate when this share of the steps, in [0, 1), is done.</summary>
    public static double Factor(this LearningRateSchedule schedule, double done) => schedule switch
    {
        LearningRateSchedule.Constant => 1,
        LearningRateSchedule.Linear => 1 - done,
        LearningRateSchedule.ConstantThenLinear => Math.Min(1, 2 * (1 - done)),
        LearningRateSchedule.Cosine => HalfCosine(done),
        LearningRateSchedule.OneCycle when done < WarmUp => (1 / StartDivisor) + ((1 - (1 / StartDivisor)) * (1 - HalfCosine(done / WarmUp))),
        LearningRateSchedule.OneCycle => HalfCosine((done - WarmUp) / (1 - WarmUp)),
        _ => throw new ArgumentOutOfRangeException(nameof(schedule), schedule, "Expected one of Constant, Linear, ConstantThenLinear, Cosine, OneCycle."),
    };

    private static double HalfCosine(double done) => (1 + Math.Cos(Math.PI * done)) / 2;
}
