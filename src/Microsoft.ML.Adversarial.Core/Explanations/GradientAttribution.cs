using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Settings;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Explanations;

/// <summary>
/// How much each feature has to do with an output of a classifier, from the output's gradients: an immutable value of settings, checked when
/// it is made. A new one is a record with an <see cref="AttributionNameAttribute"/> and the paper's formula.
/// </summary>
public abstract record GradientAttribution
{
    private protected GradientAttribution()
    {
    }

    /// <summary>Attributes an output to the features of each row.</summary>
    /// <param name="classifier">Any classifier with gradients; in evaluation mode.</param>
    /// <param name="inputs">Shape [N, …input shape] or [N, features], of the classifier's type, finite; left as found.</param>
    /// <param name="output">What to explain; null for the logit of the predicted class.</param>
    /// <param name="labels">Shape [N], Int64, 0-based; needed where the output is about the label.</param>
    /// <param name="seed">Decides random draws, with the row's key.</param>
    /// <param name="rowKeys">A number per row that stays with it; null for 0, 1, ….</param>
    /// <returns>In the shape of the inputs, without a graph; the caller owns it.</returns>
    /// <exception cref="AdversarialInputException">A row is NaN or infinite, or a label is not one of the classes; names the row.</exception>
    /// <exception cref="ArgumentException">Shapes, types, labels or keys do not fit.</exception>
    public Tensor Attribute(
        IDifferentiableClassifier classifier, Tensor inputs, ExplainedOutput? output = null, Tensor? labels = null, long seed = 0,
        IReadOnlyList<long>? rowKeys = null)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(inputs);
        output ??= ExplainedOutput.PredictedClass;
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var rows = ClassifierInputs.Shaped(classifier, inputs);
        output.RequireFit(classifier.ClassCount);
        var keys = RowRandom.RequireKeys(rowKeys, rows.shape[0]);
        if (rows.shape[0] == 0)
        {
            return zeros_like(inputs).MoveToOuterDisposeScope();
        }

        FiniteValues.Require(inputs);
        if (output.NeedsLabels)
        {
            RequireLabels(labels, rows.shape[0], classifier.ClassCount);
        }

        var function = OutputFunction.At(classifier, output, rows, labels?.to(classifier.Device));
        return Attribute(function, rows, new RowRandom(seed, keys)).reshape(inputs.shape).MoveToOuterDisposeScope();
    }

    /// <summary>The attribution itself, of inputs that were checked; without grad mode. Returns a fresh tensor.</summary>
    private protected abstract Tensor Attribute(OutputFunction function, Tensor inputs, RowRandom random);

    /// <summary>Returns a setting that lies in its range, or throws.</summary>
    private protected static T InRange<T>(T value, bool inRange, string expected, string setting) =>
        SettingRange.Require(value, inRange, expected, setting);

    private static void RequireLabels(Tensor? labels, long rows, int classCount)
    {
        if (labels is null || labels.dtype != ScalarType.Int64 || !labels.shape.SequenceEqual([rows]))
        {
            var got = labels is null ? "none" : $"{labels.dtype} of shape [{string.Join(", ", labels.shape)}]";
            throw new ArgumentException($"Expected labels of shape [{rows}] and type Int64, since the output is about them, got {got}.", nameof(labels));
        }

        ClassifierInputs.RequireClasses(labels, classCount);
    }
}
