using Microsoft.ML.Adversarial.Classifiers;

namespace Microsoft.ML.Adversarial.Evaluation.Robustness;

/// <summary>Evaluates a batch in which something throws row by row, so that only the rows at fault are lost.</summary>
/// <typeparam name="TRow">What is recorded of a row.</typeparam>
/// <param name="evaluate">Evaluates a batch.</param>
/// <param name="failed">What is recorded of a row, alone in its batch, on which it threw.</param>
/// <param name="cancellation">Ends it early.</param>
internal sealed class RowsAtFault<TRow>(
    Func<EvaluationBatch, TRow[]> evaluate, Func<EvaluationBatch, string, TRow> failed, CancellationToken cancellation)
{
    /// <summary>What went wrong with the first row that was lost; null if none was.</summary>
    public AdversarialInputException? FirstError { get; private set; }

    public TRow[] Evaluate(EvaluationBatch batch)
    {
        try
        {
            return evaluate(batch);
        }
        catch (Exception error) when (error is not OperationCanceledException and not OutOfMemoryException)
        {
            if (batch.Count > 1)
            {
                return
                [
                    .. Enumerable.Range(0, batch.Count).TakeWhile(_ => !cancellation.IsCancellationRequested).SelectMany(row =>
                    {
                        using var inputs = batch.Inputs.narrow(0, row, 1);
                        using var labels = batch.Labels.narrow(0, row, 1);
                        return Evaluate(new(batch.FirstRow + row, inputs, labels));
                    }),
                ];
            }

            var problem = error is AdversarialInputException input ? input.Problem : error.Message;
            FirstError ??= new AdversarialInputException(batch.FirstRow, (error as AdversarialInputException)?.Feature, problem);
            return [failed(batch, problem)];
        }
    }
}
