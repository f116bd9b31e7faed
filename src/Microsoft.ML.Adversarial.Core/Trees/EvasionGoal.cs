namespace Microsoft.ML.Adversarial.Trees;

/// <summary>What one row is to become, in plain numbers. Of equal logits the first one counts, as for argmax.</summary>
/// <param name="Class">The label to get away from, or the target.</param>
/// <param name="IsTargeted">Whether it is a target.</param>
internal sealed record EvasionGoal(int Class, bool IsTargeted)
{
    /// <summary>Whether these logits reach the goal.</summary>
    public bool IsReached(ReadOnlySpan<float> logits)
    {
        var predicted = 0;
        for (var index = 1; index < logits.Length; index++)
        {
            predicted = logits[index] > logits[predicted] ? index : predicted;
        }

        return predicted == Class == IsTargeted;
    }

    /// <summary>The ways to reach the goal, of which one suffices.</summary>
    public IEnumerable<Victory> Victories(int classCount)
    {
        var others = Enumerable.Range(0, classCount).Where(index => index != Class);
        return IsTargeted ? [new(Class, [.. others])] : others.Select(winner => new Victory(winner, [Class]));
    }
}

/// <summary>A way to reach a goal: one class beats some others.</summary>
internal sealed record Victory(int Winner, int[] Losers)
{
    public IEnumerable<int> Classes => [Winner, .. Losers];

    /// <summary>Whether it happens with the winner's logit and the losers' among these.</summary>
    public bool Happens(ReadOnlySpan<float> logits)
    {
        foreach (var loser in Losers)
        {
            if (!(logits[Winner] > logits[loser] || (logits[Winner] == logits[loser] && Winner < loser)))
            {
                return false;
            }
        }

        return true;
    }
}
