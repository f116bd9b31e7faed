using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Microsoft.ML.Adversarial.Evaluation.Systems;
using Microsoft.ML.Adversarial.Tool.Writing;

namespace Microsoft.ML.Adversarial.Tool.Evaluating;

/// <summary>The options that ask for the model's detectors to be evaluated under attacks that know of them.</summary>
internal sealed class DetectionOptions
{
    private readonly Option<string?> _calibration = new("--detection-calibration")
    {
        HelpName = "rows",
        Description = "Clean rows that trained nothing and are not evaluated, in the format of --images (without labels) or of --data: the "
            + "model's detectors are calibrated on them and attacked together with its network.",
    };

    private readonly Option<double> _rate = new("--false-positive-rate")
    {
        HelpName = "share",
        Description = "The largest share of clean rows that the detectors may flag.",
        DefaultValueFactory = _ => 0.01,
        CustomParser = ParseRate,
    };

    private readonly Option<string?> _json = new("--detection-json")
    {
        HelpName = "system.json",
        Description = "Where everything measured of the detectors goes, row by row.",
    };

    public void AddTo(Verb verb, Option model, Option[] withoutDetection)
    {
        verb.Options.Add(_calibration);
        verb.Options.Add(_rate);
        verb.Options.Add(_json);
        verb.Validators.Add(result =>
        {
            bool Has(Option option) => result.GetResult(option) is { Implicit: false };

            if (Has(_calibration) && !Has(model))
            {
                result.AddError($"Expected {model.Name} beside {_calibration.Name}, got none: detectors are steps of a model.");
            }
            else if (Has(_calibration) && withoutDetection.FirstOrDefault(Has) is { } stray)
            {
                result.AddError(
                    $"Expected {_calibration.Name} without {stray.Name}, got both: detectors are evaluated on what the network reads.");
            }
            else if (!Has(_calibration) && ((Option[])[_rate, _json]).FirstOrDefault(Has) is { } alone)
            {
                result.AddError($"Expected {alone.Name} only beside {_calibration.Name}, got it without.");
            }
        });
    }

    /// <summary>The model's detectors, calibrated; null if they are not to be evaluated.</summary>
    /// <param name="parsed">What was given.</param>
    /// <param name="data">The model, and the rows that are evaluated.</param>
    /// <param name="read">Opens the rows that were named.</param>
    /// <exception cref="InvalidDataException">Rows for calibration are among those that are evaluated.</exception>
    /// <exception cref="ArgumentException">The model has no detectors of its network, or there are too few rows.</exception>
    public DetectionSystem? Calibrate(ParseResult parsed, EvaluatedData data, Func<string, IDataView> read)
    {
        if (parsed.GetValue(_calibration) is not { } path)
        {
            return null;
        }

        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (data.Files.Select(Path.GetFullPath).FirstOrDefault(
            file => file == full || file.StartsWith(full + Path.DirectorySeparatorChar, StringComparison.Ordinal)) is { } same)
        {
            throw new InvalidDataException(
                $"{_calibration.Name}: expected other rows than those that are evaluated, got '{same}' for both: what thresholds rest on "
                + "cannot test them.");
        }

        return SystemOfModel.Of(data.Model!, read(path), parsed.GetValue(_rate));
    }

    /// <summary>The file for what was measured, which can be written; null if none was asked for.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public OutputFile? RequireJson(ParseResult parsed) => parsed.GetValue(_json) is { } path ? OutputFile.Require(path) : null;

    private static double ParseRate(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var rate) && rate is > 0 and < 1)
        {
            return rate;
        }

        result.AddError($"--false-positive-rate: expected a number between 0 and 1, such as 0.01, got '{text}'.");
        return 0;
    }
}
