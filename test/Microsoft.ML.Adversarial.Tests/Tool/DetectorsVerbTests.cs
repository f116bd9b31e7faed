using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Tool.Scoring;

namespace Microsoft.ML.Adversarial.Tool;

[TestClass]
public sealed class DetectorsVerbTests
{
    [TestMethod]
    public async Task Every_detector_is_listed_with_its_settings()
    {
        var run = await CommandLineRun.Of("detectors");

        run.RequireSuccess();
        foreach (var name in DetectorEntry.All.Select(entry => entry.Name).Concat(DetectorDescription.Names))
        {
            StringAssert.Contains(run.Output, name);
        }

        string[] words = [.. run.Output.Split(Environment.NewLine).Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))];
        CollectionAssert.Contains(words, "Mahalanobis, in files mahalanobis");
        CollectionAssert.Contains(words, "learns from clean rows, needs a network, in models that were fitted in code");
        CollectionAssert.Contains(words, "Neighbours 20 >= 2");
        CollectionAssert.Contains(words, "Temperature 1 > 0 and finite");
    }
}
