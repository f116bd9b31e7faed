using BenchmarkDotNet.Running;
using Microsoft.ML.Adversarial.PerformanceTests.Ratios;

if (args is ["ratios", ..])
{
    var options = args.Skip(1).Chunk(2).ToDictionary(pair => pair[0], pair => pair[^1]);
    return RatioRun.Execute(options.GetValueOrDefault("--output", "ratios.json"), options.GetValueOrDefault("--family"));
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
