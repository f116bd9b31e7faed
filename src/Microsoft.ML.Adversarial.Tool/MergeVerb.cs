using System.CommandLine;
using Microsoft.ML.Adversarial.Evaluation.Files;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Tool.Evaluating;
using Microsoft.ML.Adversarial.Tool.Writing;

namespace Microsoft.ML.Adversarial.Tool;

/// <summary><c>adversarial merge</c>: the parts of an evaluation in, the whole of it out.</summary>
internal sealed class MergeVerb : Verb
{
    private readonly Argument<string[]> _parts = new("parts")
    {
        HelpName = "part.json",
        Description = "The files of all parts, in any order, by 'adversarial evaluate --shard i/n --json'.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string> _output = new("--output")
    {
        HelpName = "evaluation.json",
        Description = "Where the whole goes.",
        Required = true,
    };

    private readonly ReportOption _report = new();

    public MergeVerb()
        : base("merge", "Joins the parts of an evaluation into exactly what one evaluation of all rows gives.")
    {
        Arguments.Add(_parts);
        Options.Add(_output);
        _report.AddTo(this);
        SetAction(Run);
    }

    public override IReadOnlyList<string> Examples => ["adversarial merge part-1.json part-2.json part-3.json part-4.json --output evaluation.json"];

    private int Run(ParseResult parsed)
    {
        var output = OutputFile.Require(parsed.GetRequiredValue(_output));
        var report = _report.Require(parsed);
        EvaluationRecord[] parts = [.. parsed.GetRequiredValue(_parts).Select(EvaluationInput.Read)];
        var metrics = new RobustnessMetrics(EvaluationMerge.Join(parts));
        output.Write(stream => EvaluationFile.Write(stream, metrics));
        report?.WriteReport(new(Path.GetFileNameWithoutExtension(output.Path), metrics));
        metrics.WriteTable(parsed.InvocationConfiguration.Output);
        return ExitCode.Success;
    }
}
