using Microsoft.ML.Adversarial.Evaluation.Files;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Tool.Classifiers;

namespace Microsoft.ML.Adversarial.Tool.Evaluating;

/// <summary>An evaluation that an earlier run wrote.</summary>
internal static class EvaluationInput
{
    public static EvaluationRecord Read(string path)
    {
        LoadedClassifier.RequireFile(path, "an evaluation by 'adversarial evaluate --json'");
        return EvaluationFile.Read(path);
    }
}
