using Microsoft.ML;
using Microsoft.ML.Data;

namespace CompareDefences;

/// <summary>Fits a scorer on nine tenths of the rows, and its detector's threshold on the others: rows that trained a network cannot calibrate it.</summary>
internal sealed class CalibratedOnHeldOutRows(MLContext ml, IEstimator<ITransformer> scorer) : IEstimator<ITransformer>
{
    private const double FalsePositiveRate = 0.05;

    public ITransformer Fit(IDataView input)
    {
        var split = ml.Data.TrainTestSplit(input, testFraction: 0.1, seed: 1);
        var model = scorer.Fit(split.TrainSet);
        return model.Append(ml.Transforms.AdversarialDetection("FisherTrace", FalsePositiveRate).Fit(model.Transform(split.TestSet)));
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema) =>
        ml.Transforms.AdversarialDetection("FisherTrace", FalsePositiveRate).GetOutputSchema(scorer.GetOutputSchema(inputSchema));
}
