using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Tool.Images;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Tool.Attacking;

/// <summary>What an attack made of the rows, in the order of the file. Grows batch by batch; owns its tensors.</summary>
internal sealed class AttackedRows : IDisposable
{
    private const double UnchangedUpTo = 1e-6;

    private readonly Tensor _adversarial;
    private readonly Tensor _success;
    private readonly Tensor _successBefore;
    private readonly Tensor _predicted;
    private readonly Tensor _predictedBefore;
    private readonly Tensor _sizes;

    private AttackedRows(int rows, IReadOnlyList<long> inputShape, long[]? labels, long[]? targets)
    {
        _adversarial = empty([rows, .. inputShape], ScalarType.Float32);
        _success = empty([rows], ScalarType.Bool);
        _successBefore = empty([rows], ScalarType.Bool);
        _predicted = empty([rows], ScalarType.Int64);
        _predictedBefore = empty([rows], ScalarType.Int64);
        _sizes = empty([SizeNames.Count, rows], ScalarType.Float32);
        Labels = labels;
        Targets = targets;
    }

    public static IReadOnlyList<string> SizeNames { get; } = ["l0", "l1", "l2", "linf"];

    /// <summary>No rows yet, but room for all.</summary>
    public static AttackedRows For(ImageFiles images, IClassifier classifier, TargetChoice targets)
    {
        var labels = images.Labels!;
        return new(
            images.RowCount, classifier.InputShape, targets == TargetChoice.Labels ? null : labels,
            targets.TargetsFor(labels, classifier.ClassCount));
    }

    /// <summary>How many rows are finished.</summary>
    public int Count { get; private set; }

    /// <summary>True classes, or null where they are not known.</summary>
    public long[]? Labels { get; }

    /// <summary>Wanted classes, or null for an untargeted attack.</summary>
    public long[]? Targets { get; }

    /// <summary>How many rows have no gradient for the attack to follow.</summary>
    public int WithoutGradient { get; private set; }

    public IReadOnlyList<bool> Success => Finished(_success).data<bool>().ToArray();

    public IReadOnlyList<long> Predicted => Finished(_predicted).data<long>().ToArray();

    public IReadOnlyList<long> PredictedBefore => Finished(_predictedBefore).data<long>().ToArray();

    /// <summary>The sizes of the perturbations in one norm.</summary>
    public IReadOnlyList<float> Sizes(string name) => Finished(_sizes[IndexOf(name)]).data<float>().ToArray();

    public void Add(Tensor originals, Tensor predictedBefore, AttackResult result)
    {
        using var scope = NewDisposeScope();
        var rows = TensorIndex.Slice(Count, Count + originals.shape[0]);
        var perturbations = result.Inputs - originals;
        _adversarial[rows] = result.Inputs.cpu();
        _success[rows] = result.Succeeded.cpu();
        _successBefore[rows] = result.SucceededBefore.cpu();
        _predicted[rows] = result.Predictions.cpu();
        _predictedBefore[rows] = predictedBefore.cpu();
        _sizes[TensorIndex.Colon, rows] = stack(
        [
            perturbations.flatten(1).abs().greater(UnchangedUpTo).sum(1, type: ScalarType.Float32),
            Norm.L1.Measure(perturbations),
            Norm.L2.Measure(perturbations),
            Norm.LInfinity.Measure(perturbations),
        ]).cpu();
        WithoutGradient += (int)result.ZeroGradients.sum().item<long>();
        Count += (int)originals.shape[0];
    }

    /// <summary>The finished rows under the names of the output file. The tensors belong to the current dispose scope.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Tensors()
    {
        yield return new("adversarial", Finished(_adversarial));
        yield return new("success", Finished(_success));
        yield return new("success_before", Finished(_successBefore));
        yield return new("predicted", Finished(_predicted));
        yield return new("predicted_before", Finished(_predictedBefore));
        foreach (var name in SizeNames)
        {
            yield return new(name, Finished(_sizes[IndexOf(name)]));
        }

        if (Labels is not null)
        {
            yield return new("label", tensor(Labels[..Count]));
        }

        if (Targets is not null)
        {
            yield return new("target", tensor(Targets[..Count]));
        }
    }

    public void Dispose()
    {
        foreach (var tensor in new[] { _adversarial, _success, _successBefore, _predicted, _predictedBefore, _sizes })
        {
            tensor.Dispose();
        }
    }

    private static int IndexOf(string name) => SizeNames.ToList().IndexOf(name);

    private Tensor Finished(Tensor values) => values.narrow(0, 0, Count);
}
