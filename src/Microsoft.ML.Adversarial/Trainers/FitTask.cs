using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Trainers;

/// <summary>What a trainer trains: a fresh network, rows in memory, how, and what it becomes.</summary>
/// <param name="Classifier">The network, to be trained in place.</param>
/// <param name="Rows">The training rows.</param>
/// <param name="Options">How; progress goes to the log as well.</param>
/// <param name="Generator">All randomness.</param>
/// <param name="ToTransformer">A network that was trained on these rows as a transformer.</param>
internal sealed record FitTask<TTransformer>(
    NetworkClassifier Classifier, TrainingRows Rows, TrainingOptions Options, Generator Generator, Func<NetworkClassifier, TTransformer> ToTransformer);
