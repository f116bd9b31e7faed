using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.AdaptiveSteps;

/// <summary>Where ascents ended, row by row.</summary>
/// <param name="Inputs">Shape [N, …].</param>
/// <param name="Objective">The objective there.</param>
/// <param name="Reached">Whether the goal is clearly reached there.</param>
internal sealed record AscentResult(Tensor Inputs, double[] Objective, bool[] Reached)
{
    /// <summary>The rows that do not reach the goal, Int64, or null where all do.</summary>
    public Tensor? Open()
    {
        long[] rows = [.. Enumerable.Range(0, Reached.Length).Where(row => !Reached[row]).Select(row => (long)row)];
        return rows.Length == 0 ? null : tensor(rows, device: Inputs.device);
    }

    /// <summary>Takes what a later ascent found where that is better.</summary>
    /// <param name="rows">The rows that it worked on, shape [M], Int64.</param>
    /// <param name="later">What it found for these.</param>
    public void Take_(Tensor rows, AscentResult later)
    {
        using var onCpu = rows.cpu();
        var indices = onCpu.data<long>().ToArray();
        long[] better = [.. Enumerable.Range(0, indices.Length)
            .Where(place => later.Reached[place] || later.Objective[place] > Objective[indices[place]]).Select(place => (long)place)];
        foreach (var place in better)
        {
            (Objective[indices[place]], Reached[indices[place]]) = (later.Objective[place], later.Reached[place]);
        }

        if (better.Length > 0)
        {
            using var places = tensor(better, device: rows.device);
            Inputs.index_copy_(0, rows.index_select(0, places), later.Inputs.index_select(0, places));
        }
    }
}
