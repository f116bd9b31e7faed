using System.Text.Json;
using Microsoft.ML;

namespace Quickstart;

/// <summary>What a model gives on the test images: enough to tell whether a loaded model is the one that was saved.</summary>
/// <param name="Accuracy">Share of the test images that are classified right.</param>
/// <param name="FlagRate">Share of the test images that the detector flags.</param>
/// <param name="MeanFisherTrace">The detector's mean score.</param>
/// <param name="FirstDigit">The prediction for the first test image, asked for alone.</param>
/// <param name="FirstProbability">Its probability.</param>
internal sealed record ModelNumbers(double Accuracy, double FlagRate, double MeanFisherTrace, int FirstDigit, float FirstProbability)
{
    public static ModelNumbers Of(MLContext ml, ITransformer model, IDataView test, Measurement clean)
    {
        ImageRow image = ml.Data.CreateEnumerable<ImageRow>(test, reuseRowObject: false).First();
        using var engine = ml.Model.CreatePredictionEngine<ImageRow, Prediction>(model);
        Prediction first = engine.Predict(image);
        return new(clean.Accuracy, clean.FlagRate, clean.FisherTraces.Average(), first.PredictedDigit, first.Probability);
    }

    public static ModelNumbers FromJson(string json) =>
        JsonSerializer.Deserialize<ModelNumbers>(json) ?? throw new InvalidDataException("Expected the numbers of a model, got null.");

    public string ToJson() => JsonSerializer.Serialize(this);

    /// <summary>Equal up to the rounding of sums, whose order may differ between processes.</summary>
    public bool Agrees(ModelNumbers other) =>
        (Accuracy, FlagRate, FirstDigit) == (other.Accuracy, other.FlagRate, other.FirstDigit)
        && Math.Abs(MeanFisherTrace - other.MeanFisherTrace) <= 1e-5 * Math.Abs(MeanFisherTrace)
        && Math.Abs(FirstProbability - other.FirstProbability) <= 1e-5;

    public override string ToString() =>
        $"accuracy {Accuracy:P2}, flagged {FlagRate:P2}, mean FisherTrace {MeanFisherTrace:F4}, "
        + $"first image {FirstDigit} with probability {FirstProbability:F6}";
}
