using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Adversarial.Transforms;
using Microsoft.ML.Data;
using static Microsoft.ML.Data.AnnotationUtils.Const;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Trainers;

/// <summary>PredictedLabel (Boolean), Score (log-odds of true), Probability (of true) and Logits (false, true).</summary>
internal sealed class BinaryScoreLayout : IScoreLayout
{
    private const string Kind = ScoreColumnKind.BinaryClassification;

    private readonly ColumnClassifier _classifier;

    public BinaryScoreLayout(ColumnClassifier classifier, ScoreColumns names, uint setId)
    {
        _classifier = classifier;
        var score = ScoreAnnotations.Of(Kind, ScoreValueKind.Score, setId);
        ClassifierAnnotation.AddTo(score, classifier);
        var probability = ScoreAnnotations.Of(Kind, ScoreValueKind.Probability, setId);
        probability.Add(AnnotationUtils.Kinds.IsNormalized, BooleanDataViewType.Instance, (ref bool value) => value = true);
        Columns =
        [
            PredictedLabelColumn.Create(names.PredictedLabel, classifier.Labels, ScoreAnnotations.Of(Kind, ScoreValueKind.PredictedLabel, setId)),
            new(names.Score, NumberDataViewType.Single, score.ToAnnotations()),
            new(names.Probability, NumberDataViewType.Single, probability.ToAnnotations()),
            new(names.Logits, new VectorDataViewType(NumberDataViewType.Single, 2), ScoreAnnotations.OfClasses(Kind, "Logits", setId, classifier).ToAnnotations()),
        ];
    }

    public IReadOnlyList<DataViewSchema.DetachedColumn> Columns { get; }

    public IScoreBuffers CreateBuffers(bool[] active, int capacity) => new Buffers(_classifier, capacity);

    private sealed class Buffers(ColumnClassifier classifier, int capacity) : IScoreBuffers
    {
        private readonly PredictedLabelBuffer _predictions = new(capacity, classifier.Labels);
        private readonly OutputBuffer<float> _scores = new(capacity);
        private readonly OutputBuffer<float> _probabilities = new(capacity);
        private readonly VectorOutputBuffer _logits = new(capacity, 2);

        public void Fill(Tensor logits, int count)
        {
            var logOdds = logits.select(1, 1) - logits.select(1, 0);
            _predictions.Fill(logits.argmax(1));
            FeatureTensor.CopyTo(logOdds, _scores.Values.AsSpan(0, count));
            FeatureTensor.CopyTo(logOdds.sigmoid(), _probabilities.Values.AsSpan(0, count));
            FeatureTensor.CopyTo(logits, _logits.Rows(count));
        }

        public Delegate CreateGetter(int output, Func<int> slot) => output switch
        {
            0 => _predictions.CreateGetter(slot),
            1 => _scores.CreateGetter(slot),
            2 => _probabilities.CreateGetter(slot),
            _ => _logits.CreateGetter(slot),
        };
    }
}
