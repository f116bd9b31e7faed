using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training;

/// <summary>A batch on its way to a gradient step, and what a loss may do with it.</summary>
public sealed class TrainingStep
{
    private readonly nn.Module<Tensor, Tensor> _module;
    private readonly HypersphereEmbedding? _embedding;
    private readonly AttackRun _run;

    internal TrainingStep(
        NetworkClassifier classifier, TrainingRows batch, Tensor rows, double done, HypersphereEmbedding? embedding, long seed, CancellationToken cancellation)
    {
        Classifier = classifier;
        (Inputs, Labels) = (batch.Inputs, batch.Labels);
        Perturbed = Inputs;
        Rows = rows;
        Done = done;
        _module = classifier.Module;
        _embedding = embedding;
        _run = new() { Seed = seed, Cancellation = cancellation };
    }

    /// <summary>The network as attacks see it.</summary>
    public NetworkClassifier Classifier { get; }

    /// <summary>Shape [N, …].</summary>
    public Tensor Inputs { get; }

    /// <summary>Shape [N], Int64, 0-based.</summary>
    public Tensor Labels { get; }

    /// <summary>Where the batch's rows stand among the training rows, shape [N], Int64.</summary>
    public Tensor Rows { get; }

    /// <summary>Share of all steps that are done, in [0, 1).</summary>
    public double Done { get; }

    /// <summary>What <see cref="Losses.TrainingLoss.Perturb"/> gave: adversarial inputs, or <see cref="Inputs"/>. Shape [N, …].</summary>
    public Tensor Perturbed { get; internal set; }

    /// <summary>
    /// What <see cref="Losses.FreeAdversarialLoss"/> carries from one replay of a batch to the next, shape [N, …], or null.
    /// </summary>
    internal Tensor? Perturbation { get; set; }

    /// <summary>The logits of the network in training mode, in the graph of its parameters; shape [N, classes].</summary>
    public Tensor Logits(Tensor inputs) => _module.call(inputs);

    /// <summary>The mean cross-entropy of logits with labels; under hypersphere embedding, with the margin.</summary>
    /// <param name="logits">Shape [N, classes].</param>
    /// <param name="labels">Shape [N], Int64.</param>
    public Tensor CrossEntropy(Tensor logits, Tensor labels)
    {
        using var scope = NewDisposeScope();
        return nn.functional.cross_entropy(WithMargin(logits, labels), labels).MoveToOuterDisposeScope();
    }

    /// <summary>The probabilities that the network in evaluation mode gives, shape [N, classes].</summary>
    internal Tensor EvaluatedProbabilities(Tensor inputs)
    {
        using var mode = new EvaluationMode(_module);
        using var noGrad = no_grad();
        using var logits = Classifier.Logits(inputs);
        return logits.softmax(1);
    }

    /// <summary>The logits that the loss compares with labels: under hypersphere embedding, less the margin; shape [N, classes].</summary>
    internal Tensor WithMargin(Tensor logits, Tensor labels) => _embedding is null ? logits.alias() : _embedding.WithMargin(logits, labels);

    /// <summary>
    /// Adversarial inputs for all or the first rows of the batch, crafted on the network in evaluation mode, as it will be attacked. Random
    /// draws belong to the step and the rows.
    /// </summary>
    /// <param name="attack">The attack.</param>
    /// <param name="inputs">Shape [N, …], at most as many rows as the batch has.</param>
    /// <param name="goal">What to reach, row by row.</param>
    /// <returns>Shape [N, …], without a graph.</returns>
    public Tensor Craft(Attack<IDifferentiableClassifier> attack, Tensor inputs, Goal goal)
    {
        ArgumentNullException.ThrowIfNull(attack);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(goal);
        using var keys = Rows.narrow(0, 0, inputs.shape[0]).cpu();
        var run = _run with { RowKeys = keys.data<long>().ToArray() };
        using var mode = new EvaluationMode(_module);
        return attack.Craft(Classifier, inputs, goal, run);
    }
}
