using System.Reflection;
using Microsoft.ML.Adversarial.Classifiers;

namespace Microsoft.ML.Adversarial.TestData;

/// <summary>The classifiers that a model's transformers hold, one per transformer that has one.</summary>
internal static class NetworksOf
{
    public static IReadOnlyList<NetworkClassifier> Model(ITransformer model) => model is IEnumerable<ITransformer> chain
        ? [.. chain.SelectMany(Model)]
        : [.. Fields(model.GetType())
            .Where(field => field.FieldType == typeof(ColumnClassifier))
            .Select(field => (NetworkClassifier)((ColumnClassifier)field.GetValue(model)!).Classifier)];

    private static IEnumerable<FieldInfo> Fields(Type? type) => type is null
        ? []
        : type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).Concat(Fields(type.BaseType));
}
