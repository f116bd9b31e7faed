using System.Text.Json;

namespace Microsoft.ML.Adversarial.Evaluation.Files;

/// <summary>Scores of rows in the file, a list for each detector under its name.</summary>
internal static class ScoresJson
{
    /// <param name="json">Where to.</param>
    /// <param name="name">What the file calls them.</param>
    /// <param name="scores">[rows][detectors].</param>
    /// <param name="detectors">The detectors, with names of their own.</param>
    public static void Write(Utf8JsonWriter json, string name, IReadOnlyList<IReadOnlyList<float>> scores, IReadOnlyList<string> detectors)
    {
        json.WriteStartObject(name);
        foreach (var (place, detector) in detectors.Index())
        {
            json.WriteList(detector, scores, (line, row) => line.WriteSingle(row[place]));
        }

        json.WriteEndObject();
    }

    /// <returns>[rows][detectors].</returns>
    public static IReadOnlyList<float[]> Read(JsonField json, int rowCount, IReadOnlyList<string> detectors)
    {
        IReadOnlyList<float>[] scores = [.. detectors.Select(detector => json[detector].List(rowCount, static score => score.Single()))];
        return [.. Enumerable.Range(0, rowCount).Select(row => Array.ConvertAll(scores, ofDetector => ofDetector[row]))];
    }
}
