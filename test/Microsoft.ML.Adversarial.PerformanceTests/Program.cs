using BenchmarkDotNet.Running;
using Microsoft.ML.Adversarial.PerformanceTests.Ratios;

if (args is ["ratios", ..])
{
    return RatioRun.Execute(args is [_, "--output", var path] ? path : "ratios.json");
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
