namespace KullbackLeibler;

/// <summary>KL over ½ΔᵀFΔ for every family over shrinking Δ.</summary>
internal static class RatioTable
{
    private static readonly double[] s_sizes = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6];

    /// <summary>Prints the table; true where all families end at 1.</summary>
    public static bool Print(IReadOnlyList<Family> families)
    {
        Console.WriteLine("KL(p(θ + Δ) ‖ p(θ)) / ½ΔᵀFΔ, over the size of Δ");
        Console.WriteLine();
        Console.WriteLine($"{"",-24}{"moves",-7}{string.Concat(s_sizes.Select(size => $"{size,10:0e-0}"))}{"without ½",12}");
        Console.WriteLine(new string('─', 103));
        var converges = true;
        foreach (var family in families)
        {
            double[] ratios = [.. s_sizes.Select(size => family.Divergence(size) / (0.5 * family.QuadraticForm(size)))];
            var withoutHalf = family.Divergence(s_sizes[^1]) / family.QuadraticForm(s_sizes[^1]);
            var cells = string.Concat(ratios.Select(ratio => $"{ratio,10:F6}"));
            Console.WriteLine($"{family.Name,-24}{family.Moves,-7}{cells}{withoutHalf,12:F6}");
            converges &= Math.Abs(ratios[^1] - 1) < 1e-4;
        }

        Console.WriteLine();
        Console.WriteLine("""
            F is exact everywhere. Δ has the length given, on the conv net that multiple of the length of all its weights. The last column
            is KL / ΔᵀFΔ at the smallest Δ: whoever forgets the ½ finds the divergence to be half of what was predicted.
            """);
        return converges;
    }
}
