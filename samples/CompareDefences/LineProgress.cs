using Microsoft.ML.Adversarial.Evaluation.Experiments;

namespace CompareDefences;

/// <summary>A line for each trial. (Progress&lt;T&gt; would tell later, on another thread.)</summary>
internal sealed class LineProgress : IProgress<RobustnessTrial>
{
    public void Report(RobustnessTrial value) => Console.WriteLine(
        $"{value}, {value.TrainingTime.TotalSeconds:F1} s training, {value.EvaluationTime.TotalSeconds:F1} s evaluation{(value.IsFromFolder ? ", kept" : "")}");
}
