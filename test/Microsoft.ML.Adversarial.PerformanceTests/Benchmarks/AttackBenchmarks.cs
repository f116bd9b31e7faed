using BenchmarkDotNet.Attributes;
using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.PerformanceTests.Ratios;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.PerformanceTests.Benchmarks;

/// <summary>Attacks on one batch of the two golden networks, beside the plain passes they take.</summary>
public class AttackBenchmarks
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
    public void ForwardAndBackward() => _subject.InputPass();

    [Benchmark]
    public void Fgsm() => Run(new FastGradientMethod(Norm.LInfinity, 0.1));

    [Benchmark]
    public void Pgd40() => Run(new ProjectedGradientDescent(Norm.LInfinity, 0.1));

    [Benchmark]
    public void Pgd40L2() => Run(new ProjectedGradientDescent(Norm.L2, 1.5));

    [Benchmark]
    public void MiFgsm10() => Run(new MomentumIterativeMethod(Norm.LInfinity, 0.1));

    private void Run(Attack attack) => attack.Run(_subject.Classifier, _subject.Inputs, Goal.Misclassify(_subject.Labels)).Dispose();
}
