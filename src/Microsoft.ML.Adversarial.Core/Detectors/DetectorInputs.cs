using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Detectors;

/// <summary>What every detector asks of its inputs, before any work is done.</summary>
internal static class DetectorInputs
{
    /// <summary>Throws unless the network can be looked into.</summary>
    public static void Require(NetworkClassifier classifier)
    {
        if (classifier.Module.training)
        {
            throw new InvalidOperationException(
                "The network is in training mode: expected evaluation mode, since dropout and batch statistics would make scores random. Call eval() on it.");
        }
    }

    /// <summary>Throws unless the rows are inputs of the classifier, all of them finite.</summary>
    public static void Require(NetworkClassifier classifier, Tensor inputs)
    {
        ClassifierInputs.Require(classifier, inputs);
        if (inputs.shape[0] > 0)
        {
            FiniteValues.Require(inputs);
        }
    }

    /// <summary>Throws unless every row has a label that is a class.</summary>
    public static void RequireLabels(Tensor inputs, Tensor labels, int classCount)
    {
        if (labels.dim() != 1 || labels.dtype != ScalarType.Int64 || labels.shape[0] != inputs.shape[0])
        {
            throw new ArgumentException(
                $"Expected labels of shape [{inputs.shape[0]}] and type Int64, got shape [{string.Join(", ", labels.shape)}] and type {labels.dtype}.");
        }

        if (labels.shape[0] == 0)
        {
            throw new ArgumentException("Expected clean rows to fit on, got none.");
        }

        ClassifierInputs.RequireClasses(labels, classCount);
    }

    /// <summary>The number of rows of each class; throws for a class with fewer rows than a detector needs.</summary>
    public static long[] RequireRowsOfEachClass(Tensor labels, int classCount, long atLeast, string detector)
    {
        using var scope = NewDisposeScope();
        var counts = labels.cpu().bincount(null, classCount).data<long>().ToArray();
        var rare = Array.FindIndex(counts, count => count < atLeast);
        return rare < 0
            ? counts
            : throw new ArgumentException($"{detector} needs at least {atLeast} rows of each class, got {counts[rare]} of class {rare}. Fit it on more clean rows.");
    }
}
