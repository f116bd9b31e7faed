using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Microsoft.ML.Adversarial.Persistence;

/// <summary>Every type and member of the named assemblies that an assembly refers to, bound as the runtime binds them.</summary>
internal sealed class UsedMembers
{
    private readonly Module _module;
    private readonly Type[][] _typeArguments;
    private readonly HashSet<string> _targets;
    private readonly List<string> _missing = [];
    private readonly SortedSet<string> _public = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _internal = new(StringComparer.Ordinal);

    public UsedMembers(Assembly assembly, params string[] targets)
    {
        _module = assembly.ManifestModule;
        _targets = [.. targets];
        _typeArguments = [.. CandidateArguments(_module).Select(type => Enumerable.Repeat(type, 8).ToArray())];
        using var file = new PEReader(File.OpenRead(assembly.Location));
        MetadataReader metadata = file.GetMetadataReader();
        foreach (TypeReferenceHandle handle in metadata.TypeReferences)
            Bind(handle, metadata.GetString(metadata.GetTypeReference(handle).Name));
        foreach (MemberReferenceHandle handle in metadata.MemberReferences)
            Bind(handle, metadata.GetString(metadata.GetMemberReference(handle).Name));
    }

    /// <summary>References that the runtime could not bind.</summary>
    public IReadOnlyCollection<string> Missing => _missing;

    public IReadOnlyCollection<string> Public => _public;

    /// <summary>What is neither public nor open to derived classes.</summary>
    public IReadOnlyCollection<string> Internal => _internal;

    private void Bind(EntityHandle handle, string name)
    {
        if (Resolve(handle, name) is not { } member)
            return;

        Type type = Definition(member as Type ?? member.DeclaringType!);
        if (!_targets.Contains(type.Assembly.GetName().Name!))
            return;
        (IsVisible(type) && IsAccessible(member) ? _public : _internal).Add(Describe(type, member));
    }

    private MemberInfo? Resolve(EntityHandle handle, string name)
    {
        Exception? first = null;
        foreach (Type[] arguments in _typeArguments)
        {
            try
            {
                return _module.ResolveMember(MetadataTokens.GetToken(handle), arguments, arguments)!;
            }
            catch (Exception failure) when (failure is MissingMemberException or TypeLoadException)
            {
                first ??= failure;
            }
        }

        _missing.Add($"{name}: {first!.Message}");
        return null;
    }

    // Members of generic types are referred to with the type parameters of whoever uses them: any types that satisfy the constraints
    // will do to bind them.
    private static IEnumerable<Type> CandidateArguments(Module module) =>
        module.GetTypes()
            .Where(type => type is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false })
            .Prepend(typeof(string))
            .Prepend(typeof(float));

    private static Type Definition(Type type) => type.IsGenericType ? type.GetGenericTypeDefinition() : type;

    private static bool IsVisible(Type type) =>
        type.IsPublic || (type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamORAssem) && IsVisible(type.DeclaringType!);

    private static bool IsAccessible(MemberInfo member) => member switch
    {
        FieldInfo field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly,
        MethodBase method => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly,
        _ => true,
    };

    private static string Describe(Type type, MemberInfo member)
    {
        string name = $"{type.Assembly.GetName().Name}: {type.FullName}";
        return member switch
        {
            Type => name,
            MethodBase method => $"{name}.{method.Name}({string.Join(", ", method.GetParameters().Select(p => p.ParameterType.Name))})",
            _ => $"{name}.{member.Name}",
        };
    }
}
