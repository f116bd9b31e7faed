using System.Runtime.CompilerServices;

// Model.Load finds a transformer by its LoadableClass attribute, and a model is written through ModelSaveContext: both are
// internal to ML.NET, which has no public way to save a transformer of ours. With these lines the runtime lets this
// assembly use them; without them it returns none of our LoadableClass attributes. They are written here and not as
// AssemblyAttribute items because generated ones went stale in incremental builds. The parts of a one-versus-all model are internal too.
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Data")]
[assembly: IgnoresAccessChecksTo("Microsoft.ML.StandardTrainers")]

namespace System.Runtime.CompilerServices;

/// <summary>Known to the runtime by its name; no assembly of .NET declares it, so whoever uses it must.</summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
{
    public string AssemblyName { get; } = assemblyName;
}
