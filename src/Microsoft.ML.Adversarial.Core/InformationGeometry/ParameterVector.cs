using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.InformationGeometry;

/// <summary>Numbers out of tensors that hold parameters or changes of them.</summary>
internal static class ParameterVector
{
    /// <summary>The values of a vector of known length, checked to be finite.</summary>
    public static double[] Values(Tensor vector, long length, string name)
    {
        ArgumentNullException.ThrowIfNull(vector, name);
        return vector.dim() == 1 && vector.shape[0] == length
            ? FiniteValues(vector, name)
            : throw new ArgumentException(
                $"Expected {name} of shape [{length}], one number per parameter, got [{string.Join(", ", vector.shape)}].", name);
    }

    /// <summary>The values in row-major order as float64, checked to be finite.</summary>
    public static double[] FiniteValues(Tensor values, string name)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        double[] numbers = [.. values.detach().cpu().to(ScalarType.Float64).contiguous().data<double>()];
        var broken = Array.FindIndex(numbers, number => !double.IsFinite(number));
        return broken < 0
            ? numbers
            : throw new ArgumentException($"{name}, element {broken}: expected a finite number, got {numbers[broken]}.", name);
    }
}
