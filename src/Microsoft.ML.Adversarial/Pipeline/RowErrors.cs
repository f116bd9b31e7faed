using Microsoft.ML.Adversarial.Classifiers;

namespace Microsoft.ML.Adversarial.Pipeline;

/// <summary>Turns what the core says about a row of a batch into an error that names the row of the view and the column.</summary>
internal sealed class RowErrors(int capacity, string columnName)
{
    private readonly long[] _positions = new long[capacity];

    public void Note(int slot, long position) => _positions[slot] = position;

    public void Naming(Action check) => Naming(() =>
    {
        check();
        return true;
    });

    public T Naming<T>(Func<T> compute)
    {
        try
        {
            return compute();
        }
        catch (AdversarialInputException exception)
        {
            throw new InvalidOperationException(
                $"Row {_positions[exception.Row]}, column '{columnName}'{(exception.Feature is { } slot ? $", slot {slot}" : "")}: {exception.Problem}", exception);
        }
    }
}
