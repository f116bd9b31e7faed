using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Trainers;

/// <summary>What the training rows say about the values of inputs.</summary>
internal sealed class TrainingRange(Tensor inputs)
{
    /// <summary>Whether all values lie in [0, 1], as pixels divided by 255 do.</summary>
    public bool IsUnit { get; } = Extreme(inputs.amin()) >= 0 && Extreme(inputs.amax()) <= 1;

    /// <summary>[0, 1], or each feature's observed range.</summary>
    public InputBounds Bounds()
    {
        using var scope = NewDisposeScope();
        return IsUnit ? InputBounds.Unit : new(Singles(inputs.flatten(1).amin([0])), Singles(inputs.flatten(1).amax([0])));
    }

    /// <summary>Each channel's mean and standard deviation; a constant channel is left as it is.</summary>
    public Normalisation Standardisation()
    {
        using var scope = NewDisposeScope();
        var channels = inputs.flatten(2 <= inputs.dim() - 1 ? 2 : 1).to(ScalarType.Float64);
        long[] dimensions = channels.dim() == 3 ? [0, 2] : [0];
        var mean = channels.mean(dimensions);
        var deviation = channels.std(dimensions, unbiased: false);
        deviation.masked_fill_(deviation.eq(0), 1);
        return new(mean.data<double>().ToArray(), deviation.data<double>().ToArray());
    }

    private static float Extreme(Tensor value)
    {
        using (value)
        {
            return value.item<float>();
        }
    }

    private static float[] Singles(Tensor values) => values.data<float>().ToArray();
}
