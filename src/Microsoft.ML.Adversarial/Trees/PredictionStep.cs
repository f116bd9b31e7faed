using System.Reflection;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Trees;

/// <summary>What a prediction step knows besides its model. Its type names the kind of the model, which is not known here.</summary>
/// <param name="Labels">The classes.</param>
/// <param name="Threshold">Of a binary step: the score above which it predicts true.</param>
internal sealed record PredictionStep(ClassLabels Labels, float? Threshold)
{
    public static bool IsBinary(ITransformer step) =>
        step.GetType() is { IsGenericType: true } kind && kind.GetGenericTypeDefinition() == typeof(BinaryPredictionTransformer<>);

    public static PredictionStep Of(ITransformer step)
    {
        var read = IsBinary(step) ? nameof(OfBinary) : nameof(OfAny);
        return (PredictionStep)typeof(PredictionStep).GetMethod(read, BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(step.GetType().GetGenericArguments()).Invoke(null, BindingFlags.DoNotWrapExceptions, null, [step], null)!;
    }

    private static PredictionStep OfBinary<TModel>(BinaryPredictionTransformer<TModel> step)
        where TModel : class =>
        step.ThresholdColumn == DefaultColumnNames.Score
            ? OfAny(step) with { Threshold = step.Threshold }
            : throw new NotSupportedException(
                $"Expected a binary model that compares its Score with a threshold, got one that compares its {step.ThresholdColumn}. "
                + "Call BinaryClassification.ChangeModelThreshold.");

    private static PredictionStep OfAny<TModel>(PredictionTransformerBase<TModel> step)
        where TModel : class
    {
        var added = ((ITransformer)step).GetOutputSchema(step.TrainSchema).Skip(step.TrainSchema.Count);
        return new(ClassLabels.Of(added.First(column => column.Type is KeyDataViewType or BooleanDataViewType)), null);
    }
}
