using BenchmarkDotNet.Attributes;
using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.PerformanceTests.Ratios;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.PerformanceTests.Benchmarks;

/// <summary>The Fisher trace of one batch beside one forward and backward pass with respect to the parameters.</summary>
public class FisherBenchmarks
{
    private Subject _subject = null!;

    [Params("MLP", "CNN")]
    public string Network { get; set; } = "MLP";

    [GlobalSetup]
    public void Load()
    {
        set_num_threads(1);
        _subject = Subject.Golden().Single(subject => subject.Name == Network);
    }

    [Benchmark(Baseline = true)]
    public void ForwardAndBackward() => _subject.ParameterPass();

    [Benchmark]
    public void Trace() => new FisherTrace(_subject.Classifier).Score(_subject.Inputs).Dispose();
}
