using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Training.Losses;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training;

/// <summary>
/// Trains a network in place: the one loop that every trainer runs. What differs between ordinary training and a defence is the
/// <see cref="TrainingLoss"/>.
/// </summary>
public static class TrainingLoop
{
    /// <summary>
    /// Trains until the epochs are done, held-out rows are no longer better off, or the run is cancelled, and keeps the best epoch.
    /// </summary>
    /// <param name="classifier">A network of this library with its input bounds, which adversarial training keeps to. Trained in place; in
    /// evaluation mode afterwards.</param>
    /// <param name="rows">The training rows; the caller keeps owning them.</param>
    /// <param name="loss">What to make small.</param>
    /// <param name="options">How; see there for ranges.</param>
    /// <param name="generator">Decides the held-out rows, the order of batches, dropout and the inner attack's random starts.</param>
    /// <exception cref="ArgumentException">The classifier is not on a network of this library, or loss and options do not fit network and
    /// rows.</exception>
    /// <exception cref="AdversarialInputException">A value is NaN or infinite, or a label is not one of the classes; names the
    /// row.</exception>
    /// <exception cref="TrainingDivergedException">The loss became NaN or infinite before any epoch was complete.</exception>
    /// <exception cref="InvalidOperationException">The checkpoint belongs to another training.</exception>
    /// <exception cref="IOException">A checkpoint could not be written; the one before is as it was.</exception>
    public static void Run(NetworkClassifier classifier, TrainingRows rows, TrainingLoss loss, TrainingOptions options, Generator generator)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(generator);
        var network = classifier.Network
            ?? throw new ArgumentException("Expected a classifier on a network of this library, got one on a module of your own: make it with Network.Create.", nameof(classifier));
        options.Validate();
        options.Hypersphere?.Require(network.Definition);
        rows.Require(network.ClassCount);
        loss.Require(classifier, rows);
        var threads = get_num_threads();
        if (options.ThreadCount > 0)
        {
            set_num_threads(options.ThreadCount);
        }

        try
        {
            using var mode = inference_mode(false);
            using var grad = enable_grad();
            using var scope = NewDisposeScope();
            using var session = new TrainingSession(classifier, network, rows, loss, options, generator);
            session.Run();
        }
        finally
        {
            network.Module.eval();
            network.Module.zero_grad();
            set_num_threads(threads);
        }
    }
}
