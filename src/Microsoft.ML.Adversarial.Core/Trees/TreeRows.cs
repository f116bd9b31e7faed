using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Trees;

/// <summary>A batch for searches that take one row after another.</summary>
internal sealed class TreeRows
{
    private readonly TreeClassifier _classifier;
    private readonly ThreatModel _threatModel;
    private readonly float[] _cells;
    private readonly long[] _classes;
    private readonly bool _isTargeted;

    public TreeRows(TreeClassifier classifier, Tensor inputs, Goal goal, ThreatModel threatModel)
    {
        using var scope = NewDisposeScope();
        (_classifier, _threatModel) = (classifier, threatModel);
        _cells = inputs.contiguous().data<float>().ToArray();
        _classes = goal.Classes.cpu().data<long>().ToArray();
        _isTargeted = goal.LossSign < 0;
    }

    public int Count => _classes.Length;

    /// <summary>Used features of a row.</summary>
    public int Features => _classifier.Ensemble.Nodes.UsedFeatures.Length;

    public EvasionRow Row(int row) => new(
        _classifier, _cells.AsSpan(row * _classifier.Ensemble.FeatureCount, _classifier.Ensemble.FeatureCount), _threatModel.Norm.Order, _threatModel.Constraints);

    public EvasionGoal Goal(int row) => new((int)_classes[row], _isTargeted);

    /// <summary>Writes the values of the used features into a row of inputs.</summary>
    public void Write(float[] point, Tensor inputs, int row)
    {
        var used = _classifier.Ensemble.Nodes.UsedFeatures;
        var cells = PlainCells.Of(inputs).Slice(row * _classifier.Ensemble.FeatureCount, _classifier.Ensemble.FeatureCount);
        for (var place = 0; place < used.Length; place++)
        {
            cells[used[place]] = point[place];
        }
    }
}
