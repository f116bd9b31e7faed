namespace Microsoft.ML.Adversarial.Norms;

/// <summary>The size of the smallest change that meets a hyperplane within bounds, from its definition, in plain loops.</summary>
/// <param name="weights">w.</param>
/// <param name="rooms">How far each feature can go towards the hyperplane; may be infinite.</param>
/// <param name="needed">Σ |w|·m of the moves that meet it.</param>
internal sealed class HyperplaneOracle(double[] weights, double[] rooms, double needed)
{
    /// <summary>The room that bounds leave to a point on its way to residual + w·δ = 0.</summary>
    public static HyperplaneOracle Of(double[] point, double[] weights, double residual, double[] lower, double[] upper) =>
        new(weights, [.. point.Select((value, feature) => (Math.Sign(residual) * weights[feature]) switch
        {
            0 => 0.0,
            > 0 => value - lower[feature],
            _ => upper[feature] - value,
        })], Math.Abs(residual));

    public bool IsFeasible => Way(rooms) >= needed;

    public double[] Corner => rooms;

    public double Size(Norm norm) => norm.Order switch
    {
        1 => Smallest(),
        2 => Math.Sqrt(Halve(Proportional).Sum(move => move * move)),
        _ => Halve(Equal).Max(),
    };

    private double[] Equal(double time) => [.. rooms.Select((room, feature) => weights[feature] == 0 ? 0 : Math.Min(time, room))];

    private double[] Proportional(double time) => [.. rooms.Select((room, feature) => Math.Min(time * Math.Abs(weights[feature]), room))];

    private double Way(double[] moves) => moves.Select((move, feature) => weights[feature] == 0 ? 0 : Math.Abs(weights[feature]) * move).Sum();

    private double[] Halve(Func<double, double[]> moves)
    {
        var (least, greatest) = (0.0, 1.0);
        while (Way(moves(greatest)) < needed)
        {
            greatest *= 2;
        }

        for (int halving = 0; halving < 200; halving++)
        {
            double middle = (least + greatest) / 2;
            (least, greatest) = Way(moves(middle)) < needed ? (middle, greatest) : (least, middle);
        }

        return moves(greatest);
    }

    // What gains most per change goes first.
    private double Smallest()
    {
        var (rest, size) = (needed, 0.0);
        foreach (int feature in Enumerable.Range(0, weights.Length).Where(feature => weights[feature] != 0).OrderByDescending(feature => Math.Abs(weights[feature])))
        {
            double move = Math.Min(rooms[feature], rest / Math.Abs(weights[feature]));
            (rest, size) = (rest - (move * Math.Abs(weights[feature])), size + move);
        }

        return size;
    }
}
