using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Training;
using Microsoft.ML.Adversarial.Training.Losses;
using Microsoft.ML.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Trainers;

/// <summary>
/// Defensive distillation (Papernot et al. 2016, arXiv:1511.04508): a teacher is trained on the labels at temperature T, a student of the
/// same architecture on the teacher's probabilities at T, and the student is used at T = 1. Against attacks that follow the softmax it
/// helps, since its gradient vanishes; it does not against those that follow the logits, such as Carlini and Wagner's (arXiv:1608.04644):
/// measure with both.
/// </summary>
public sealed class DefensiveDistillationTrainer : MulticlassNetworkTrainer
{
    private const int ProbabilityRows = 1000;

    private readonly Options _options;

    internal DefensiveDistillationTrainer(IHostEnvironment environment, Options options)
        : base(environment, nameof(DefensiveDistillationTrainer), options)
    {
        if (options.Loss is not CrossEntropyLoss)
        {
            throw new ArgumentException($"Expected no other Loss than the default, since distillation brings its own, got {options.Loss.GetType().Name}.", nameof(options));
        }

        ArgumentOutOfRangeException.ThrowIfNegative(options.SharedEpochs);
        AtTemperature = new DistillationLoss { Temperature = options.Temperature };
        _options = options;
    }

    private DistillationLoss AtTemperature { get; }

    private protected override void Train(FitTask<NeuralNetworkMulticlassTransformer> task)
    {
        using var scope = NewDisposeScope();
        if (_options.Teacher is { } given)
        {
            RequireFit(given.Model, task.Classifier);
            Distil(task, given.Model);
            return;
        }

        if (_options.SharedEpochs > 0)
        {
            var shared = task.Options.Stage("shared");
            (shared.Epochs, shared.ValidationFraction) = (_options.SharedEpochs, 0);
            TrainingLoop.Run(task.Classifier, task.Rows, AtTemperature, shared, task.Generator);
        }

        var copy = task.Classifier.Network!.Clone();
        copy.Module.to(task.Classifier.Device);
        var teacher = new NetworkClassifier(copy, task.Classifier.Bounds);
        try
        {
            TrainingLoop.Run(teacher, task.Rows, AtTemperature, task.Options.Stage("teacher"), task.Generator);
            Distil(task, teacher);
        }
        catch
        {
            teacher.Dispose();
            throw;
        }

        if (_options.TeacherFitted is { } keep)
        {
            keep(task.ToTransformer(teacher));
        }
        else
        {
            teacher.Dispose();
        }
    }

    private void Distil(FitTask<NeuralNetworkMulticlassTransformer> task, NetworkClassifier teacher)
    {
        using var scope = NewDisposeScope();
        var loss = AtTemperature with { SoftLabels = Probabilities(teacher, task.Rows.Inputs) };
        TrainingLoop.Run(task.Classifier, task.Rows, loss, task.Options, task.Generator);
    }

    private Tensor Probabilities(NetworkClassifier teacher, Tensor inputs)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var parts = new List<Tensor>();
        for (var start = 0L; start < inputs.shape[0]; start += ProbabilityRows)
        {
            using var part = NewDisposeScope();
            var logits = teacher.Logits(inputs.narrow(0, start, Math.Min(ProbabilityRows, inputs.shape[0] - start)).to(teacher.Device));
            parts.Add(logits.div(_options.Temperature).softmax(1).to(inputs.device).MoveToOuterDisposeScope());
        }

        return cat(parts, 0).MoveToOuterDisposeScope();
    }

    private static void RequireFit(NetworkClassifier teacher, NetworkClassifier student)
    {
        var features = TensorShape.ElementCount(student.InputShape);
        if (teacher.ClassCount != student.ClassCount || TensorShape.ElementCount(teacher.InputShape) != features)
        {
            throw new ArgumentException(
                $"Expected a teacher for {features} features and {student.ClassCount} classes, as the data has, got one for inputs of shape [{string.Join(", ", teacher.InputShape)}] and {teacher.ClassCount} classes.");
        }
    }

    /// <summary>What can be set.</summary>
    public sealed class Options : NeuralNetworkOptions
    {
        /// <summary>T, above 0; the paper takes 1 to 100. Default 20.</summary>
        public double Temperature = 20;

        /// <summary>
        /// Epochs that teacher and student have in common before they part, at least 0. Default 1, as in the paper's experiments.
        /// </summary>
        public int SharedEpochs = 1;

        /// <summary>
        /// A teacher that was trained at this temperature already, for the same features and classes; stays the caller's. Default null:
        /// train one.
        /// </summary>
        public NeuralNetworkMulticlassTransformer? Teacher;

        /// <summary>
        /// Gets the teacher that was trained, and frees it with <c>Model.Dispose()</c> some day. Default null: the teacher is dropped.
        /// </summary>
        public Action<NeuralNetworkMulticlassTransformer>? TeacherFitted;
    }
}
