using Microsoft.ML;

namespace BringYourOwnNetwork;

/// <summary>Scored rows in numbers.</summary>
internal sealed record Scored(double Accuracy, double Confidence, double FisherTrace)
{
    public static Scored Of(MLContext ml, IDataView scored)
    {
        DigitRow[] rows = [.. ml.Data.CreateEnumerable<DigitRow>(scored, reuseRowObject: false)];
        return new(
            rows.Average(row => row.Label == row.PredictedLabel ? 1.0 : 0.0), rows.Average(row => row.Probability),
            rows.Average(row => row.FisherTrace));
    }
}
