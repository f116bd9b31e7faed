namespace Microsoft.ML.Adversarial.Pipeline;

/// <summary>One value per slot: a Single, a key (0 is missing, the first class is 1), a Boolean, …</summary>
internal sealed class OutputBuffer<T>(int capacity)
    where T : struct
{
    public T[] Values { get; } = new T[capacity];

    public Delegate CreateGetter(Func<int> slot) => (ValueGetter<T>)((ref T value) => value = Values[slot()]);
}
