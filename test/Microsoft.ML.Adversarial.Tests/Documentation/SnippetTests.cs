using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Microsoft.ML.Adversarial.Documentation;

/// <summary>Every C# block of the documents compiles: the blocks of one document are one program, in their order.</summary>
[TestClass]
public sealed partial class SnippetTests
{
    private const string Usings =
        """
        using System;
        using System.IO;
        using System.Linq;
        using Microsoft.ML;
        using Microsoft.ML.Data;
        using Microsoft.ML.Adversarial.Attacks;
        using Microsoft.ML.Adversarial.Attacks.Cascades;
        using Microsoft.ML.Adversarial.Attacks.Constraints;
        using Microsoft.ML.Adversarial.Attacks.Evasion;
        using Microsoft.ML.Adversarial.Attacks.GradientSteps;
        using Microsoft.ML.Adversarial.Attacks.MinimumNorm;
        using Microsoft.ML.Adversarial.Attacks.Objectives;
        using Microsoft.ML.Adversarial.Attacks.RandomSearch;
        using Microsoft.ML.Adversarial.Certification;
        using Microsoft.ML.Adversarial.Classifiers;
        using Microsoft.ML.Adversarial.Classifiers.Pipelines;
        using Microsoft.ML.Adversarial.Detectors;
        using Microsoft.ML.Adversarial.Detectors.Combinations;
        using Microsoft.ML.Adversarial.Evaluation;
        using Microsoft.ML.Adversarial.Evaluation.Diagnostics;
        using Microsoft.ML.Adversarial.Evaluation.Experiments;
        using Microsoft.ML.Adversarial.Evaluation.Files;
        using Microsoft.ML.Adversarial.Evaluation.Reports;
        using Microsoft.ML.Adversarial.Evaluation.Robustness;
        using Microsoft.ML.Adversarial.Evaluation.Systems;
        using Microsoft.ML.Adversarial.Explanations;
        using Microsoft.ML.Adversarial.Fisher;
        using Microsoft.ML.Adversarial.InformationGeometry;
        using Microsoft.ML.Adversarial.Networks;
        using Microsoft.ML.Adversarial.Networks.Layers;
        using Microsoft.ML.Adversarial.Networks.Onnx;
        using Microsoft.ML.Adversarial.Networks.PyTorch;
        using Microsoft.ML.Adversarial.Norms;
        using Microsoft.ML.Adversarial.Pictures;
        using Microsoft.ML.Adversarial.Trainers;
        using Microsoft.ML.Adversarial.Training;
        using Microsoft.ML.Adversarial.Training.Callbacks;
        using Microsoft.ML.Adversarial.Training.Losses;
        using Microsoft.ML.Adversarial.Training.Sharpness;
        using Microsoft.ML.Adversarial.Transformations;
        using Microsoft.ML.Adversarial.Transforms;
        using Microsoft.ML.Adversarial.Trees;
        using TorchSharp;
        using static TorchSharp.torch;

        """;

    public static IEnumerable<object[]> Documents() => Directory
        .EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "documents"), "*.md", SearchOption.AllDirectories)
        .Where(path => Snippets(path).Count > 0)
        .Select(path => new object[] { Path.GetRelativePath(Path.Combine(AppContext.BaseDirectory, "documents"), path) });

    [TestMethod]
    [DynamicData(nameof(Documents))]
    public void Compile(string document)
    {
        var snippets = Snippets(Path.Combine(AppContext.BaseDirectory, "documents", document));

        var errors = Errors(snippets);

        Assert.IsEmpty(errors, $"{document}:\n{string.Join("\n", errors)}");
    }

    [TestMethod]
    public void AnUnknownMemberIsFound() => Assert.IsNotEmpty(Errors(["var ml = new MLContext(seed: 1); ml.Transforms.NoSuchStep();"]));

    [TestMethod]
    public void TheReadmeHasSnippets() => Assert.Contains("README.md", Documents().Select(row => (string)row[0]));

    private static List<string> Errors(IEnumerable<string> snippets)
    {
        // Types must follow top-level statements.
        var parsed = snippets.Select(snippet => CSharpSyntaxTree.ParseText(snippet).GetCompilationUnitRoot()).ToArray();
        var statements = parsed.SelectMany(unit => unit.Members.OfType<GlobalStatementSyntax>()).Select(member => member.ToFullString());
        var types = parsed.SelectMany(unit => unit.Members.Where(member => member is not GlobalStatementSyntax)).Select(member => member.ToFullString());
        var program = Usings + string.Join("\n", statements) + "\n_ = 0;\n" + string.Join("\n", types);
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create(
            "Snippets", [CSharpSyntaxTree.ParseText(program)], references,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        return [.. compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Select(error => error.ToString())];
    }

    private static List<string> Snippets(string path) =>
        [.. CSharpBlock().Matches(File.ReadAllText(path)).Select(match => match.Groups["code"].Value)];

    [GeneratedRegex(@"^[ ]*```csharp\r?\n(?<code>.*?)^[ ]*```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();
}
