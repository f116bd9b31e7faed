using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Microsoft.ML.Adversarial.Evaluation.Robustness;

namespace Microsoft.ML.Adversarial.Tool.Evaluating;

/// <summary>Which part of the data this process evaluates; people count parts from 1.</summary>
internal sealed class ShardOption
{
    private readonly Option<EvaluationShard> _shard = new("--shard")
    {
        HelpName = "i/n",
        Description = "Evaluate part i of n, from 1/n to n/n, for 'adversarial merge'. [default: everything]",
        CustomParser = Parse,
    };

    public Option Shard => _shard;

    public void AddTo(Verb verb, Option json)
    {
        verb.Options.Add(_shard);
        verb.Validators.Add(result =>
        {
            if (result.GetResult(_shard) is { Implicit: false } && result.GetResult(json) is not { Implicit: false })
            {
                result.AddError($"Expected {json.Name} beside --shard, got none: it is where the part goes that 'adversarial merge' reads.");
            }
        });
    }

    public EvaluationShard Value(ParseResult parsed) =>
        parsed.GetResult(_shard) is { Implicit: false } ? parsed.GetValue(_shard) : EvaluationShard.Whole;

    private static EvaluationShard Parse(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (text.Split('/') is [var left, var right] && Number(left) is { } part && Number(right) is { } count && part >= 1 && part <= count)
        {
            return new(part - 1, count);
        }

        result.AddError($"--shard: expected a part such as 1/4, from 1/n to n/n, got '{text}'.");
        return EvaluationShard.Whole;
    }

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
