using System.Globalization;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Tool.Scoring;

/// <summary>A column of results, one value a row.</summary>
internal abstract class ScoreColumn(string name)
{
    public string Name => name;

    public abstract int Count { get; }

    /// <summary>A value as CSV has it, not yet quoted.</summary>
    public abstract string Text(int row);

    /// <summary>All values, shape [N], or null for text, which safetensors cannot hold.</summary>
    public abstract Tensor? ToTensor();
}

/// <summary>Values of one type: long, float, double, bool or string.</summary>
internal class ScoreColumn<T>(string name) : ScoreColumn(name)
{
    protected List<T> Values { get; } = [];

    public override int Count => Values.Count;

    public void Add(T value) => Values.Add(value);

    public void AddRange(IEnumerable<T> values) => Values.AddRange(values);

    public override string Text(int row) => Values[row] switch
    {
        bool flag => flag ? "true" : "false",
        var value => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    public override Tensor? ToTensor() => (object)Values switch
    {
        List<long> whole => tensor(whole.ToArray()),
        List<float> single => tensor(single.ToArray()),
        List<double> real => tensor(real.ToArray()),
        List<bool> flags => tensor(flags.ToArray()),
        _ => null,
    };
}

/// <summary>Classes from 0, −1 for a missing one: text by the values behind them, numbers elsewhere.</summary>
internal sealed class ClassColumn(string name, IReadOnlyList<string>? classes) : ScoreColumn<long>(name)
{
    public override string Text(int row) => Values[row] < 0 ? "" : classes?[(int)Values[row]] ?? base.Text(row);
}
