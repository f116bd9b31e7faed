using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Tool.Images;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Tool.Attacking;

/// <summary>Attacks rows batch by batch until all are done or the run is cancelled.</summary>
internal static class AttackLoop
{
    public static void AttackAll(
        this AttackedRows rows, IClassifier classifier, ImageFiles images, AttackRunInfo run, Action<int> report,
        CancellationToken cancellation)
    {
        foreach (var (start, pixels) in images.Batches(run.BatchSize, classifier.InputShape))
        {
            using var scope = NewDisposeScope();
            using var original = pixels;
            if (cancellation.IsCancellationRequested)
            {
                return;
            }

            var count = (int)original.shape[0];
            var inputs = original.to(classifier.ElementType, classifier.Device);
            var classes = tensor(rows.Targets ?? rows.Labels!).narrow(0, start, count);
            var goal = rows.Targets is null ? Goal.Misclassify(classes) : Goal.MisclassifyAs(classes);
            long[] rowKeys = [.. Enumerable.Range(start, count).Select(row => (long)row)];
            using var result = Attack(
                run.Attack, classifier, inputs, goal, new() { Seed = run.Seed, RowKeys = rowKeys, Cancellation = cancellation });
            if (result.WasCancelled)
            {
                // Its rows hold what was found by then, which differs from what the whole attack finds.
                return;
            }

            rows.Add(inputs, Predict(classifier, inputs), result);
            report(rows.Count);
        }
    }

    private static AttackResult Attack(Attack attack, IClassifier classifier, Tensor inputs, Goal goal, AttackRun run)
    {
        try
        {
            return attack.Run(classifier, inputs, goal, run);
        }
        catch (AdversarialInputException exception)
        {
            throw new InvalidDataException($"Row {run.RowKeys![(int)exception.Row]}: {exception.Problem}", exception);
        }
    }

    private static Tensor Predict(IClassifier classifier, Tensor inputs)
    {
        using var noGrad = no_grad();
        using var logits = classifier.Logits(inputs);
        return logits.argmax(1);
    }
}
