using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training;

/// <summary>A module in evaluation mode until this is disposed; then in the mode that it was in.</summary>
internal readonly ref struct EvaluationMode
{
    private readonly nn.Module _module;
    private readonly bool _wasTraining;

    public EvaluationMode(nn.Module module)
    {
        (_module, _wasTraining) = (module, module.training);
        module.eval();
    }

    public void Dispose() => _module.train(_wasTraining);
}
