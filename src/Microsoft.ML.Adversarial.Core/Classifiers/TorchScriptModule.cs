using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Classifiers;

/// <summary>A TorchScript module, which is no nn.Module in TorchSharp, as one. It owns nothing.</summary>
internal sealed class TorchScriptModule : nn.Module<Tensor, Tensor>
{
    private readonly jit.ScriptModule<Tensor, Tensor> _script;

    public TorchScriptModule(jit.ScriptModule<Tensor, Tensor> script)
        : base("TorchScript")
    {
        ArgumentNullException.ThrowIfNull(script);
        _script = script;
        eval();
    }

    public override bool training => _script.training;

    public override Tensor forward(Tensor x) => _script.forward(x);

    public override IEnumerable<Parameter> parameters(bool recurse = true) => _script.parameters(recurse);
}
