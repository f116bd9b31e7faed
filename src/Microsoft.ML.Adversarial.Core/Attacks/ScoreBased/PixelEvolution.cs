using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.ScoreBased;

/// <summary>
/// Differential evolution of a population per row (Su et al. 2019, arXiv:1710.08864, equation 3): a child is one member plus half the difference of
/// two others, and takes the place of the member whose turn it is if it is worth no less.
/// </summary>
internal sealed class PixelEvolution
{
    private const double ScaleFactor = 0.5;
    private const int LargestPass = 1 << 22;

    private readonly ScoredRows _rows;
    private readonly PixelGenes _genes;
    private readonly int _members;
    private readonly double[] _lower;
    private readonly double[] _upper;
    private readonly double[] _originals;
    private readonly double _half;
    // By the row's place in the batch: one candidate after the other.
    private readonly double[][] _populations;
    private readonly double[][] _values;

    /// <param name="rows">Who asks.</param>
    /// <param name="genes">What candidates are.</param>
    /// <param name="populationSize">How many candidates a row has at most.</param>
    public PixelEvolution(ScoredRows rows, PixelGenes genes, int populationSize)
    {
        (_rows, _genes, _members) = (rows, genes, Math.Min(populationSize, rows.Left));
        (_lower, _upper) = rows.Whole.Classifier.Bounds.ToArrays<double>(rows.Features);
        _originals = rows.Whole.Originals.to(ScalarType.Float64, CPU).flatten().data<double>().ToArray();
        _half = rows.Whole.Classifier.Bounds.TypicalWidth / 2;
        _populations = new double[rows.Whole.Originals.shape[0]][];
        _values = new double[_populations.Length][];
    }

    public void Run()
    {
        for (var generation = 0; _rows.Count > 0 && _members > 0 && (generation == 0 || !_rows.WasCancelled); generation++)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(_members, _rows.Left);
            var children = generation == 0 ? First(count) : Next(generation, count);
            Select(children, count, isFirst: generation == 0);
            _rows.Leave(row => row.IsReached || row.Left <= 0 || _members < 4);
        }
    }

    private double[][] First(int count)
    {
        var random = _rows.Random(1);
        var places = Numbers(random.Uniform(empty([_rows.Count, count * _genes.Pixels * 2], ScalarType.Float32), 0, 1));
        var values = Numbers(random.Normal(empty([_rows.Count, count * _genes.Writes], ScalarType.Float32)));
        return
        [
            .. Enumerable.Range(0, _rows.Count).Select(slot =>
            {
                var (place, value) = (slot * count * _genes.Pixels * 2, slot * count * _genes.Writes);
                var genes = new double[count * _genes.Length];
                for (var pixel = 0; pixel < count * _genes.Pixels; pixel++)
                {
                    var first = pixel * _genes.PerPixel;
                    genes[first] = Math.Floor(places[place++] * _genes.Side(0));
                    genes[first + 1] = Math.Floor(places[place++] * _genes.Side(1));
                    for (var channel = 0; channel < _genes.Shape.Channels; channel++)
                    {
                        var feature = _genes.Feature(genes.AsSpan(first, _genes.PerPixel), 0, channel);
                        genes[first + 2 + channel] = FirstValue(_rows.Open[slot].Index, feature, values[value++]);
                    }
                }

                return genes;
            }),
        ];
    }

    private double FirstValue(int row, int feature, double normal)
    {
        var (lower, upper) = (_lower[feature], _upper[feature]);
        var value = double.IsFinite(upper - lower)
            ? ((lower + upper) / 2) + ((upper - lower) / 2 * normal)
            : _originals[(row * _rows.Features) + feature] + (_half * normal);
        return Math.Clamp(value, lower, upper);
    }

    private double[][] Next(int generation, int count)
    {
        var perChild = 3 + (2 * _genes.Pixels);
        var draws = Numbers(_rows.Random(generation + 1).Uniform(empty([_rows.Count, count * perChild], ScalarType.Float32), 0, 1));
        return
        [
            .. Enumerable.Range(0, _rows.Count).Select(slot =>
            {
                var children = new double[count * _genes.Length];
                for (var child = 0; child < count; child++)
                {
                    var numbers = draws.AsSpan(((slot * count) + child) * perChild, perChild);
                    Breed(_populations[_rows.Open[slot].Index], children.AsSpan(child * _genes.Length, _genes.Length), child, numbers);
                }

                return children;
            }),
        ];
    }

    private void Breed(double[] population, Span<double> child, int father, ReadOnlySpan<double> draws)
    {
        // Three members, all different and none the father: as many places as there are others, counted past those that are taken.
        Span<int> parents = stackalloc int[3];
        Span<int> taken = [father, int.MaxValue, int.MaxValue, int.MaxValue];
        for (var parent = 0; parent < parents.Length; parent++)
        {
            var member = (int)(draws[parent] * (_members - parent - 1));
            foreach (var other in taken[..(parent + 1)])
            {
                member += member >= other ? 1 : 0;
            }

            parents[parent] = taken[parent + 1] = member;
            taken.Sort();
        }

        var one = Member(population, parents[0]);
        var plus = Member(population, parents[1]);
        var minus = Member(population, parents[2]);
        for (var gene = 0; gene < child.Length; gene++)
        {
            child[gene] = one[gene] + (ScaleFactor * (plus[gene] - minus[gene]));
        }

        for (var pixel = 0; pixel < _genes.Pixels; pixel++)
        {
            var genes = child.Slice(pixel * _genes.PerPixel, _genes.PerPixel);
            for (var place = 0; place < 2; place++)
            {
                var side = _genes.Side(place);
                genes[place] = genes[place] >= 0 && genes[place] < side ? genes[place] : draws[3 + (2 * pixel) + place] * side;
            }

            for (var channel = 0; channel < _genes.Shape.Channels; channel++)
            {
                var feature = _genes.Feature(genes, 0, channel);
                genes[2 + channel] = Math.Clamp(genes[2 + channel], _lower[feature], _upper[feature]);
            }
        }
    }

    private Span<double> Member(double[] population, int member) => population.AsSpan(member * _genes.Length, _genes.Length);

    private void Select(double[][] children, int count, bool isFirst)
    {
        var most = (int)Math.Clamp(LargestPass / ((long)_rows.Features * _rows.Count), 1, count);
        for (var first = 0; first < count; first += most)
        {
            using var scope = NewDisposeScope();
            var number = Math.Min(most, count - first);
            int[] slots = [.. _rows.Slots.SelectMany(slot => Enumerable.Repeat(slot, number))];
            var candidates = Candidates(children, slots, first, number);
            var scores = _rows.Ask(candidates, slots);
            _rows.Offer(candidates, slots, scores);
            for (var place = 0; place < slots.Length; place++)
            {
                Keep(_rows.Open[slots[place]].Index, children[slots[place]], first + (place % number), scores.Values[place], isFirst ? count : 0);
            }
        }
    }

    private void Keep(int row, double[] children, int child, double value, int founders)
    {
        if (founders > 0)
        {
            _populations[row] = children;
            _values[row] ??= new double[founders];
            _values[row][child] = value;
        }
        else if (value >= _values[row][child])
        {
            Member(children, child).CopyTo(Member(_populations[row], child));
            _values[row][child] = value;
        }
    }

    private Tensor Candidates(double[][] children, int[] slots, int first, int number)
    {
        var features = new long[slots.Length * _genes.Writes];
        var values = new double[features.Length];
        for (var place = 0; place < slots.Length; place++)
        {
            var written = place * _genes.Writes;
            _genes.Write(
                Member(children[slots[place]], first + (place % number)), features.AsSpan(written, _genes.Writes), values.AsSpan(written, _genes.Writes));
        }

        var task = _rows.Task(slots);
        var (originals, like) = (task.Originals, task.Originals);
        var candidates = originals.flatten(1).scatter(
            1, tensor(features, [slots.Length, _genes.Writes], device: like.device), tensor(values, [slots.Length, _genes.Writes], like.dtype, like.device));
        candidates = candidates.reshape(originals.shape);
        _rows.Whole.Units.Restrict_(candidates, originals);
        return _rows.Conformed(candidates, slots);
    }

    private static double[] Numbers(Tensor draws) =>
        [.. MemoryMarshal.Cast<byte, float>(draws.bytes).ToArray().Select(number => (double)number)];
}
