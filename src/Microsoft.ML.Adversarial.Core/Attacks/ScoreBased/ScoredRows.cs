using Microsoft.ML.Adversarial.Attacks.Objectives;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.ScoreBased;

/// <summary>The rows of a batch that a search still asks about, what they may still ask, and the best found for all rows.</summary>
internal sealed class ScoredRows
{
    private readonly AttackContext<IClassifier> _whole;
    private readonly AttackObjective _objective;
    private readonly List<RowTensor> _tensors = [];
    private ScoredRow[] _rows;

    /// <summary>Asks about the originals; rows that reach the goal are not open.</summary>
    public ScoredRows(AttackContext<IClassifier> whole, AttackObjective objective, int queries)
    {
        (_whole, _objective) = (whole, objective);
        Result = whole.Originals.clone();
        using var scope = NewDisposeScope();
        var logits = whole.Classifier.Logits(whole.Originals);
        whole.NoteLogitsOfOriginals(logits);
        var reached = whole.ReachedBefore.cpu().data<bool>().ToArray();
        var values = Values(FiniteLogits.Of(logits), whole.Goal);
        _rows =
        [
            .. Enumerable.Range(0, reached.Length).Where(row => !reached[row]).Select(row => new ScoredRow(row, queries - 1, values[row])),
        ];
    }

    /// <summary>The best inputs of all rows, shape [N, …].</summary>
    public Tensor Result { get; }

    public int Count => _rows.Length;

    public ReadOnlySpan<ScoredRow> Open => _rows;

    /// <summary>How many queries every open row has at least.</summary>
    public int Left => _rows.Min(row => row.Left);

    public bool WasCancelled => _whole.WasCancelled;

    /// <summary>The places of the open rows among themselves: 0, 1, ….</summary>
    public int[] Slots => [.. Enumerable.Range(0, Count)];

    /// <summary>Shape [open rows, …].</summary>
    public Tensor Originals => _whole.Originals.index_select(0, Places(Slots));

    /// <summary>Features of an input.</summary>
    public int Features => (int)(_whole.Originals.numel() / _whole.Originals.shape[0]);

    /// <summary>Numbers that leave with their rows; at first those of a tensor of shape [open rows, …], which becomes this object's.</summary>
    public RowTensor Add(Tensor values)
    {
        _tensors.Add(new(values));
        return _tensors[^1];
    }

    /// <summary>The task of the whole batch, for what holds for all rows.</summary>
    public AttackContext<IClassifier> Whole => _whole;

    /// <summary>The task of some open rows, which may be named several times.</summary>
    public AttackContext<IClassifier> Task(int[] slots) =>
        slots.Length == _whole.Originals.shape[0] && slots.SequenceEqual(Slots) ? _whole : _whole.Select(Places(slots), stream: 0);

    /// <summary>Random streams of the open rows.</summary>
    /// <param name="stream">Which of a row's streams, above 0.</param>
    public RowRandom Random(long stream) => _whole.Random.Select([.. _rows.Select(row => (long)row.Index)], stream);

    /// <summary>What becomes of candidates when they are returned.</summary>
    public Tensor Conformed(Tensor candidates, int[] slots) =>
        _whole.ThreatModel.Constraints.AreNone ? candidates : Task(slots).Conformed(candidates);

    /// <summary>Asks the classifier.</summary>
    /// <param name="candidates">Shape [M, …].</param>
    /// <param name="slots">Whose they are.</param>
    public Scores Ask(Tensor candidates, int[] slots)
    {
        using var scope = NewDisposeScope();
        var goal = _whole.Goal.Select(Places(slots));
        var logits = FiniteLogits.Of(_whole.Classifier.Logits(candidates));
        foreach (var slot in slots)
        {
            _rows[slot].Left--;
        }

        return new(Values(logits, goal), goal.ClearMargins(logits));
    }

    /// <summary>Takes candidates that reach the goal or are worth more than the best of their rows.</summary>
    /// <param name="candidates">Shape [M, …], within the budget and the bounds.</param>
    /// <param name="slots">Whose they are.</param>
    /// <param name="scores">What the classifier said of them.</param>
    public void Offer(Tensor candidates, int[] slots, Scores scores)
    {
        for (var place = 0; place < slots.Length; place++)
        {
            var row = _rows[slots[place]];
            var (value, reaches) = (scores.Values[place], scores.Margins[place] > 0);
            if ((reaches && !row.IsReached) || (value > row.Best && reaches == row.IsReached))
            {
                (row.Best, row.IsReached) = (value, reaches);
                Take(candidates, place, row);
            }
        }
    }

    /// <summary>Makes a candidate its row's result.</summary>
    public void Take(Tensor candidates, int place, ScoredRow row)
    {
        using var scope = NewDisposeScope();
        Result[row.Index].copy_(candidates[place]);
    }

    /// <summary>Closes rows; called within one scope of the search.</summary>
    public void Leave(Func<ScoredRow, bool> isDone)
    {
        int[] staying = [.. Slots.Where(slot => !isDone(_rows[slot]))];
        if (staying.Length == Count)
        {
            return;
        }

        var slots = Indices(staying);
        _rows = [.. staying.Select(slot => _rows[slot])];
        foreach (var numbers in _tensors)
        {
            numbers.Keep(slots);
        }
    }

    /// <summary>Indices on the inputs' device, shape [M], Int64.</summary>
    public Tensor Indices(int[] values) => tensor([.. values.Select(value => (long)value)], device: _whole.Originals.device);

    private Tensor Places(int[] slots) => Indices([.. slots.Select(slot => _rows[slot].Index)]);

    private double[] Values(Tensor logits, Goal goal) => _objective.Value(logits.to(ScalarType.Float64), goal).cpu().data<double>().ToArray();
}
