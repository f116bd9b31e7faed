using Microsoft.ML;
using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Persistence;
using Microsoft.ML.Adversarial.Pipeline;
using Microsoft.ML.Adversarial.Transforms;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(
    typeof(AdversarialAttackTransformer), null, typeof(SignatureLoadModel), "Adversarial attack", AdversarialAttackTransformer.LoaderSignature)]

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>
/// Attacks each row and adds the adversarial features, whether they succeed, the size of the perturbation and the class predicted for them
/// (see <see cref="AttackColumns"/>). Random draws depend on the seed and the row's id, so that a row is attacked alike wherever it stands.
/// </summary>
public sealed class AdversarialAttackTransformer : BatchedTransformer
{
    internal const string LoaderSignature = "AdvAttack";

    private static readonly TransformerFile<State> File = new("ADVATTCK", LoaderSignature);

    private readonly ColumnClassifier _classifier;
    private readonly long _seed;

    internal AdversarialAttackTransformer(ColumnClassifier classifier, Attack attack, AttackColumns columns, long seed)
    {
        _classifier = classifier;
        _seed = seed;
        Attack = attack;
        Columns = columns;
    }

    private AdversarialAttackTransformer(IHostEnvironment env, ModelLoadContext ctx)
    {
        var state = File.Load(ctx);
        _classifier = state.Classifier.Load(ctx);
        _seed = state.Seed;
        Attack = state.Attack.Create();
        Columns = state.Columns;
    }

    /// <summary>The attack and its settings.</summary>
    public Attack Attack { get; }

    /// <summary>The columns that are read and added.</summary>
    public AttackColumns Columns { get; }

    private protected override BatchMapper Bind(DataViewSchema inputSchema)
    {
        var attacked = _classifier.WithTransformations();
        var features = RequiredColumn.Of(inputSchema, attacked.FeatureColumnName, nameof(AdversarialAttackTransformer));
        var label = RequiredColumn.Of(inputSchema, Columns.Target ?? Columns.Label, nameof(AdversarialAttackTransformer));
        RequireUntransformed(features);
        FeatureBuffer.CheckType(features, attacked.FeatureCount);
        attacked.Labels.RequireFit(label);
        return new AttackMapper(attacked, Attack, Columns, _seed, features, label);
    }

    private protected override void Save(ModelSaveContext context) =>
        File.Save(context, new(ClassifierState.Save(context, _classifier), AttackDescription.Of(Attack), Columns, _seed));

    // The transformations are part of what is attacked: on their own result they would be applied twice.
    private void RequireUntransformed(DataViewSchema.Column features)
    {
        if (_classifier.Transformations.Count > 0 && ColumnTransformation.Of(features).Count > 0)
        {
            throw new ArgumentException(
                $"Column '{features.Name}': expected the features before {_classifier.Transformations[0].Transformation.GetType().Name}, which the attack goes through, got those after an input transformation. Give rows that it was not applied to, or let it write into a column of another name.");
        }
    }

    private sealed record State(ClassifierState Classifier, AttackDescription Attack, AttackColumns Columns, long Seed) : ISavedState
    {
        public void Validate()
        {
            Classifier.Validate();
            Columns.Validate();
            if (Attack.Settings.Values.Any(text => text is null))
            {
                throw new ArgumentException("Expected a text for each setting of the attack, got none.");
            }

            Attack.Create();
        }
    }
}
