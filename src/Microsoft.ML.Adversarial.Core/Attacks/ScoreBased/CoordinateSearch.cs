using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.ScoreBased;

/// <summary>SimBA's search over a batch: all open rows try a direction of their own at the same time.</summary>
/// <param name="rows">Who asks.</param>
/// <param name="directions">What they try.</param>
/// <param name="length">How far they step.</param>
internal sealed class CoordinateSearch(ScoredRows rows, SearchDirections directions, double length)
{
    private readonly RowTensor _points = rows.Add(rows.Originals);
    private readonly RowTensor _order = rows.Add(zeros([rows.Count, directions.Count], ScalarType.Int64, rows.Whole.Originals.device));
    // When a row last asked: one that asks nothing in all directions never will.
    private readonly long[] _lastAsked = new long[rows.Whole.Originals.shape[0]];

    public void Run()
    {
        for (var step = 0L; rows.Count > 0 && rows.Left > 0 && !rows.WasCancelled; step++)
        {
            using var scope = NewDisposeScope();
            var (cycle, place) = Math.DivRem(step, directions.Count);
            if (place == 0)
            {
                var draws = rows.Random(cycle + 1).Uniform(empty(_order.Values.shape, ScalarType.Float32, _order.Values.device), 0, 1);
                _order.Values.copy_(draws.argsort(1));
            }

            var moves = rows.Whole.Units.Undo(directions.Of(_order.Values.select(1, place), _points.Values).mul_(length));
            var refused = Try(rows.Slots, moves, step);
            Try([.. refused.Where(slot => rows.Open[slot].Left > 0)], moves.neg_(), step);
            rows.Leave(row => row.IsReached || row.Left <= 0 || step - _lastAsked[row.Index] > directions.Count);
        }
    }

    // Returns the rows that did not move.
    private int[] Try(int[] slots, Tensor moves, long step)
    {
        if (slots.Length == 0)
        {
            return [];
        }

        var places = rows.Indices(slots);
        var points = _points.Values.index_select(0, places);
        var candidates = points + moves.index_select(0, places);
        rows.Task(slots).Project_(candidates);
        var differ = candidates.ne(points).flatten(1).any(1).cpu().data<bool>().ToArray();
        int[] asking = [.. Enumerable.Range(0, slots.Length).Where(place => differ[place])];
        if (asking.Length == 0)
        {
            return slots;
        }

        candidates = candidates.index_select(0, rows.Indices(asking));
        int[] asked = [.. asking.Select(place => slots[place])];
        var conformed = rows.Conformed(candidates, asked);
        var scores = rows.Ask(conformed, asked);
        rows.Offer(conformed, asked, scores);
        List<int> better = [];
        for (var place = 0; place < asked.Length; place++)
        {
            var row = rows.Open[asked[place]];
            _lastAsked[row.Index] = step;
            if (scores.Values[place] > row.Value)
            {
                row.Value = scores.Values[place];
                better.Add(place);
            }
        }

        int[] moved = [.. better.Select(place => asked[place])];
        if (moved.Length > 0)
        {
            _points.Values.index_copy_(0, rows.Indices(moved), candidates.index_select(0, rows.Indices([.. better])));
        }

        // A row that reached the goal is done, whatever its probability did.
        return [.. slots.Except(moved).Where(slot => !rows.Open[slot].IsReached)];
    }
}
