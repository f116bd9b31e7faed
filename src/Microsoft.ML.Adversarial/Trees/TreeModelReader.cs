using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Calibrators;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using Microsoft.ML.Trainers.FastTree;

namespace Microsoft.ML.Adversarial.Trees;

/// <summary>Reads the trees of fitted FastTree, FastForest and LightGBM steps, multiclass or binary.</summary>
internal static class TreeModelReader
{
    /// <summary>The trees of a step; null where it is another kind of step.</summary>
    /// <exception cref="NotSupportedException">It has trees that are no plain thresholds, or a calibrator that mixes up their order.</exception>
    public static ColumnClassifier? Read(ITransformer step, InputBounds bounds)
    {
        if (step is not ISingleFeaturePredictionTransformer<object> { FeatureColumnType: VectorDataViewType { IsKnownSize: true } type } prediction)
        {
            return null;
        }

        var ensemble = prediction.Model is OneVersusAllModelParameters parts
            ? Multiclass(parts, type.Size)
            : PredictionStep.IsBinary(step) && Trees(prediction.Model) is { } trees
                ? TreeEnsemble.Binary(type.Size, Plain(trees, 1), -PredictionStep.Of(step).Threshold!.Value)
                : null;
        return ensemble is null ? null : new(new TreeClassifier(ensemble, bounds), prediction.FeatureColumnName, PredictionStep.Of(step).Labels);
    }

    private static TreeEnsemble? Multiclass(OneVersusAllModelParameters model, int features)
    {
        var parts = model.SubModelParameters;
        if (parts.Any(part => Trees(part) is null))
        {
            return null;
        }

        // Probabilities rank the classes. With one calibrator for all they rank as the sums do, with several as what they make of the sums.
        var calibrators = parts.Select(part => (part as CalibratedModelParametersBase)?.Calibrator).ToArray();
        var lines = calibrators.OfType<PlattCalibrator>().Select(platt => (Scale: -platt.Slope, Shift: -platt.Offset)).ToArray();
        if (lines.Length != parts.Length && calibrators.Any(calibrator => calibrator is not null))
        {
            throw new NotSupportedException(
                $"Expected one-versus-all trees with Platt calibrators or without any, got {calibrators.OfType<ICalibrator>().First().GetType().Name}.");
        }

        return lines.Distinct().Count() <= 1 && lines.All(line => line.Scale > 0)
            ? new(features, [.. parts.Select(part => Plain(Trees(part)!, 1))])
            : new(features, [.. parts.Zip(lines, (part, line) => Plain(Trees(part)!, line.Scale))], [.. lines.Select(line => line.Shift)]);
    }

    // A model's own output is the sum of its leaves: neither the weights of trees nor the bias, which it also has, count.
    private static IReadOnlyList<RegressionTreeBase>? Trees(object model) => model switch
    {
        CalibratedModelParametersBase calibrated => Trees(calibrated.SubModel),
        TreeEnsembleModelParametersBasedOnRegressionTree trees => trees.TrainedTreeEnsemble.Trees,
        TreeEnsembleModelParametersBasedOnQuantileRegressionTree trees => trees.TrainedTreeEnsemble.Trees,
        _ => null,
    };

    private static DecisionTree[] Plain(IReadOnlyList<RegressionTreeBase> trees, double scale) => [.. trees.Select(tree => Plain(tree, scale))];

    private static DecisionTree Plain(RegressionTreeBase tree, double scale)
    {
        var splits = tree.NumberOfNodes;
        if (tree.CategoricalSplitFlags.Take(splits).Any(flag => flag))
        {
            throw new NotSupportedException(
                "Expected trees that compare features with thresholds, got a categorical split. Train with one-hot columns and without CategoricalSplit, or "
                + "UseCategoricalSplit in LightGBM.");
        }

        // A tree that was never split, and says 0.
        return splits == 0 || tree.LeftChild[0] == 0
            ? new DecisionTree(0)
            : new(
                [.. tree.NumericalSplitFeatureIndexes.Take(splits)], [.. tree.NumericalSplitThresholds.Take(splits)],
                [.. tree.LeftChild.Take(splits)], [.. tree.RightChild.Take(splits)], [.. tree.LeafValues.Take(splits + 1).Select(value => scale * value)]);
    }
}
