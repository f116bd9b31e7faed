using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Adversarial.Transforms;
using Microsoft.ML.Data;
using static Microsoft.ML.Data.AnnotationUtils.Const;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Trainers;

/// <summary>PredictedLabel (key), Score (probabilities), Probability (the largest) and Logits.</summary>
internal sealed class MulticlassScoreLayout(ColumnClassifier classifier, ScoreColumns names, uint setId) : IScoreLayout
{
    private const string Kind = ScoreColumnKind.MulticlassClassification;
    private const int PredictedLabel = 0;
    private const int Score = 1;
    private const int Probability = 2;
    private const int Logits = 3;

    public IReadOnlyList<DataViewSchema.DetachedColumn> Columns { get; } =
    [
        PredictedLabelColumn.Create(names.PredictedLabel, classifier.Labels, ScoreAnnotations.Of(Kind, ScoreValueKind.PredictedLabel, setId)),
        new(names.Score, Classes(classifier), ScoreAnnotations.OfClasses(Kind, ScoreValueKind.Score, setId, classifier).ToAnnotations()),
        new(names.Probability, NumberDataViewType.Single, ScoreAnnotations.Of(Kind, ScoreValueKind.Probability, setId).ToAnnotations()),
        new(names.Logits, Classes(classifier), ScoreAnnotations.OfClasses(Kind, "Logits", setId, classifier).ToAnnotations()),
    ];

    /// <summary>The columns as schema shapes promise them.</summary>
    /// <param name="names">Their names.</param>
    /// <param name="keyValues">The annotation of the label's key values, or nothing where it has none.</param>
    public static IEnumerable<SchemaShape.Column> Shape(ScoreColumns names, SchemaShape.Column[] keyValues)
    {
        SchemaShape.Column[] output = [.. AnnotationUtils.GetTrainerOutputAnnotation()];
        SchemaShape.Column[] classes =
        [
            .. output, ClassifierAnnotation.Shape,
            .. keyValues.Select(values => Named(AnnotationUtils.Kinds.SlotNames, TextDataViewType.Instance)),
            .. keyValues.Select(values => Named(AnnotationUtils.Kinds.TrainingLabelValues, values.ItemType)),
        ];
        return
        [
            ShapeExtensions.Key(names.PredictedLabel, [.. output, .. keyValues]),
            ShapeExtensions.Vector(names.Score, classes),
            ShapeExtensions.Scalar(names.Probability, NumberDataViewType.Single, output),
            ShapeExtensions.Vector(names.Logits, classes),
        ];
    }

    public IScoreBuffers CreateBuffers(bool[] active, int capacity) => new Buffers(classifier, active, capacity);

    private static SchemaShape.Column Named(string kind, DataViewType type) =>
        new(kind, SchemaShape.Column.VectorKind.Vector, type, isKey: false);

    private static VectorDataViewType Classes(ColumnClassifier classifier) => new(NumberDataViewType.Single, classifier.Labels.Count);

    private sealed class Buffers(ColumnClassifier classifier, bool[] active, int capacity) : IScoreBuffers
    {
        private readonly PredictedLabelBuffer _predictions = new(capacity, classifier.Labels);
        private readonly VectorOutputBuffer _scores = new(active[Score] ? capacity : 0, classifier.Labels.Count);
        private readonly OutputBuffer<float> _probabilities = new(capacity);
        private readonly VectorOutputBuffer _logits = new(active[Logits] ? capacity : 0, classifier.Labels.Count);

        public void Fill(Tensor logits, int count)
        {
            if (active[PredictedLabel])
            {
                // As with ML.NET's own trainers: a row whose scores are no numbers has a missing label. −1 is a tensor: TorchSharp can free the
                // scalars of its operators while native code reads them, where other threads make garbage.
                _predictions.Fill(where(logits.isnan().any(1), tensor(-1L, ScalarType.Int64, logits.device), logits.argmax(1)));
            }

            if (active[Logits])
            {
                FeatureTensor.CopyTo(logits, _logits.Rows(count));
            }

            if (!active[Score] && !active[Probability])
            {
                return;
            }

            var probabilities = logits.softmax(1);
            if (active[Probability])
            {
                FeatureTensor.CopyTo(probabilities.amax([1]), _probabilities.Values.AsSpan(0, count));
            }

            if (active[Score])
            {
                FeatureTensor.CopyTo(probabilities, _scores.Rows(count));
            }
        }

        public Delegate CreateGetter(int output, Func<int> slot) => output switch
        {
            PredictedLabel => _predictions.CreateGetter(slot),
            Score => _scores.CreateGetter(slot),
            Probability => _probabilities.CreateGetter(slot),
            _ => _logits.CreateGetter(slot),
        };
    }
}
