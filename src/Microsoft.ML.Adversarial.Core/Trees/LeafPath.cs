namespace Microsoft.ML.Adversarial.Trees;

/// <summary>The box of inputs that reach a leaf: an interval for each feature that the way to it looks at, both ends included.</summary>
/// <param name="Features">Places among the used features, each once.</param>
/// <param name="Lower">Smallest values.</param>
/// <param name="Upper">Largest values; below the smallest where nothing reaches the leaf.</param>
internal sealed record LeafPath(int[] Features, float[] Lower, float[] Upper)
{
    public static LeafPath Of(IEnumerable<(int Feature, float Threshold, bool Left)> path)
    {
        var features = path.GroupBy(step => step.Feature).OrderBy(steps => steps.Key).ToArray();
        return new(
            [.. features.Select(steps => steps.Key)],
            [.. features.Select(steps => steps.Where(step => !step.Left).Select(step => float.BitIncrement(step.Threshold)).DefaultIfEmpty(float.NegativeInfinity).Max())],
            [.. features.Select(steps => steps.Where(step => step.Left).Select(step => step.Threshold).DefaultIfEmpty(float.PositiveInfinity).Min())]);
    }
}
