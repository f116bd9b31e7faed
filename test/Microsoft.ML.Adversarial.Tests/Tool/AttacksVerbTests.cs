using Microsoft.ML.Adversarial.Attacks;

namespace Microsoft.ML.Adversarial.Tool;

[TestClass]
public sealed class AttacksVerbTests
{
    [TestMethod]
    public async Task Every_attack_is_listed_with_its_settings()
    {
        var run = await CommandLineRun.Of("attacks");
        run.RequireSuccess();
        string[] lines = run.Output.Split(Environment.NewLine);
        foreach (var name in AttackDescription.Names)
        {
            Assert.IsTrue(lines.Any(line => line.Split(", ")[0] == name), name);
        }

        string[] words = [.. lines.Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))];
        CollectionAssert.Contains(words, "Madry et al. 2018, arXiv:1706.06083");
        CollectionAssert.Contains(words, "white-box, within a budget, any norm");
        CollectionAssert.Contains(words, "Steps 40 >= 1");
        CollectionAssert.Contains(words, "RandomStart true true or false");
        CollectionAssert.Contains(words, "Decay 1 >= 0 and finite");
        CollectionAssert.Contains(words, "StepSize null > 0 and finite, or null for the attack's rule");
        CollectionAssert.Contains(words, "Objective CrossEntropy CrossEntropy or LogitMargin or DifferenceOfLogitsRatio or Logit");
    }

    [TestMethod]
    public void Every_attack_names_its_paper()
    {
        foreach (var name in AttackDescription.Names)
        {
            StringAssert.Matches(AttackDescription.About(name).Reference, new(@"\p{L}.* (19|20)\d\d, \S+"), name);
        }
    }

    [TestMethod]
    [DataRow("attack")]
    [DataRow("score")]
    [DataRow("attacks")]
    [DataRow("evaluate")]
    [DataRow("merge")]
    [DataRow("compare")]
    [DataRow("train")]
    [DataRow("detectors")]
    public async Task Help_ends_with_examples(string verb)
    {
        var run = await CommandLineRun.Of([verb, "--help"]);
        Assert.AreEqual(0, run.ExitCode);
        Assert.AreEqual("", run.Error);
        StringAssert.Contains(run.Output, $"  adversarial {verb}");
    }
}
