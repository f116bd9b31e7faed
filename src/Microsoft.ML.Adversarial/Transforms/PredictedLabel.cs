using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Data;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>A column of predicted classes: a key with the network's key values, or a Boolean.</summary>
internal static class PredictedLabelColumn
{
    public static DataViewSchema.DetachedColumn Create(string name, ClassLabels labels, DataViewSchema.Annotations.Builder annotations)
    {
        labels.Values?.AddTo(annotations, AnnotationUtils.Kinds.KeyValues);
        return new(name, labels.PredictedType, annotations.ToAnnotations());
    }
}

/// <summary>Predicted classes of a batch, as cells of that column.</summary>
internal sealed class PredictedLabelBuffer(int capacity, ClassLabels labels)
{
    private readonly OutputBuffer<uint> _keys = new(capacity);
    private readonly OutputBuffer<bool> _booleans = new(capacity);

    /// <summary>Takes class indices from 0, shape [N], Int64; −1 where there is no prediction.</summary>
    public void Fill(Tensor predictions)
    {
        var slot = 0;
        foreach (var index in predictions.cpu().data<long>())
        {
            _booleans.Values[slot] = index == 1;
            // In a view key 0 means missing and the first class is 1.
            _keys.Values[slot++] = (uint)(index + 1);
        }
    }

    public Delegate CreateGetter(Func<int> slot) => labels.IsBoolean ? _booleans.CreateGetter(slot) : _keys.CreateGetter(slot);
}
