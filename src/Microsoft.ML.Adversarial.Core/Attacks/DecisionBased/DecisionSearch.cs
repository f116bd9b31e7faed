using Microsoft.ML.Adversarial.Classifiers;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.DecisionBased;

/// <summary>
/// Walks with all rows of a batch at once: each row's walk is a sequence of questions, and what all rows ask goes to the classifier
/// together. A row leaves when its walk ends or its queries are spent.
/// </summary>
/// <param name="context">The rows.</param>
/// <param name="queries">How often the classifier may be asked about each.</param>
internal sealed class DecisionSearch(AttackContext<IClassifier> context, int queries)
{
    private readonly DecisionSpace _space = new(context);

    /// <summary>Walks to the end, or until the run is cancelled.</summary>
    /// <param name="walk">A row's questions, each some points; after each the row knows the answers.</param>
    /// <returns>The nearest inputs found that reach the goal, the originals where none was; shape [N, …].</returns>
    public Tensor Run(Func<DecisionRow, IEnumerable<double[][]>> walk)
    {
        DecisionRow[] rows =
        [
            .. Enumerable.Range(0, (int)context.Originals.shape[0])
                .Select(place => new DecisionRow(place, _space, context.Random.Select([place], stream: 1), queries)),
        ];
        var open = _space.Features == 0 ? [] : rows.Select(row => (Row: row, Questions: walk(row).GetEnumerator())).ToList();
        while (!context.WasCancelled)
        {
            open.RemoveAll(one => one.Row.QueriesLeft == 0 || !one.Questions.MoveNext());
            if (open.Count == 0)
            {
                break;
            }

            Ask([.. open.Select(one => (one.Row, one.Questions.Current.Take(one.Row.QueriesLeft).ToArray()))]);
        }

        return Nearest(rows);
    }

    private void Ask((DecisionRow Row, double[][] Points)[] questions)
    {
        var asked = questions.SelectMany(question => question.Points.Select(point => (question.Row.Place, Point: point))).ToArray();
        var (reached, settled) = (new List<bool>(asked.Length), new List<double[]>(asked.Length));
        foreach (var batch in asked.Chunk(_space.Batch))
        {
            using var scope = NewDisposeScope();
            var cells = new double[batch.Length * _space.Features];
            foreach (var (index, (_, point)) in batch.Index())
            {
                _space.Settle(point);
                point.CopyTo(cells.AsSpan(index * _space.Features));
            }

            long[] places = [.. batch.Select(one => (long)one.Place)];
            var inputs = _space.Inputs(cells, places);
            var goal = context.Goal.Select(tensor(places, device: inputs.device));
            reached.AddRange(goal.ClearMargins(context.Unconstrained.Logits(inputs)).Select(margin => margin > 0));
            settled.AddRange(_space.ArePoints ? batch.Select(one => one.Point) : _space.Points(inputs));
        }

        var next = 0;
        foreach (var (row, points) in questions)
        {
            row.Note([.. settled.GetRange(next, points.Length)], [.. reached.GetRange(next, points.Length)]);
            next += points.Length;
        }
    }

    private Tensor Nearest(DecisionRow[] rows)
    {
        DecisionRow[] found = [.. rows.Where(row => row.Nearest is not null)];
        if (found.Length == 0)
        {
            return context.Originals.clone();
        }

        long[] places = [.. found.Select(row => (long)row.Place)];
        var inputs = _space.Inputs([.. found.SelectMany(row => row.Nearest!)], places);
        return context.Originals.index_copy(0, tensor(places, device: inputs.device), inputs);
    }
}
