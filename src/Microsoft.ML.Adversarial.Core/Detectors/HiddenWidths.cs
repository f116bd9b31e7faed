using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>How many features the hidden layers of a network give, found by a forward pass of one row.</summary>
internal static class HiddenWidths
{
    /// <summary>Of the layers before the last; throws where there is none.</summary>
    public static long[] RequireLayers(NetworkClassifier classifier, string detector)
    {
        var widths = Of(classifier).Layers;
        return widths.Length > 0
            ? widths
            : throw new NotSupportedException(
                $"{detector} looks at the layers before the one that gives logits: expected a network with at least two Linear or convolution layers, got one with one.");
    }

    /// <summary>Of what the last layer takes.</summary>
    public static long OfLast(NetworkClassifier classifier) => Of(classifier).Last;

    private static (long[] Layers, long Last) Of(NetworkClassifier classifier)
    {
        using var scope = NewDisposeScope();
        var row = zeros([1, .. classifier.InputShape], classifier.ElementType, classifier.Device);
        return classifier.HiddenLayers.Widths(classifier.Logits, row);
    }
}
