using System.Reflection;
using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.Persistence;

/// <summary>
/// The assembly uses internals of ML.NET, which may change in any release. These tests say which, so that a new one shows up in
/// review and a missing one shows up here instead of in somebody's Model.Load.
/// </summary>
[TestClass]
public sealed class UsedInternalsTests
{
    private static readonly string[] MLNet = ["Microsoft.ML.Core", "Microsoft.ML.Data", "Microsoft.ML.StandardTrainers"];

    private static readonly UsedMembers Ours = new(typeof(AdversarialCatalog).Assembly, MLNet);

    [TestMethod]
    public void Everything_used_exists()
    {
        Assert.AreEqual("", string.Join(Environment.NewLine, Ours.Missing));
        CollectionAssert.Contains(Ours.Public.ToArray(), "Microsoft.ML.Data: Microsoft.ML.DataOperationsCatalog");
    }

    [TestMethod]
    public void Every_internal_used_is_approved()
    {
        string[] approved = ReadApproved();
        string[] added = [.. Ours.Internal.Except(approved)];
        string[] gone = [.. approved.Except(Ours.Internal)];

        Assert.AreEqual(
            "",
            string.Join(Environment.NewLine, added),
            "Internals of ML.NET that ApprovedInternals.txt doesn't list: use a public member, or add these lines to it");
        Assert.AreEqual(
            "", string.Join(Environment.NewLine, gone), "ApprovedInternals.txt lists what is no longer used: remove these lines from it");
    }

    [TestMethod]
    public void The_list_is_sorted_without_repetition()
    {
        string[] approved = ReadApproved();
        CollectionAssert.AreEqual(approved.Distinct().Order(StringComparer.Ordinal).ToArray(), approved);
    }

    /// <summary>ML.NET's image transforms are known to use internals of both assemblies: the tests above would see ours.</summary>
    [TestMethod]
    public void Internals_are_recognised()
    {
        var used = new UsedMembers(typeof(ImageLoadingTransformer).Assembly, MLNet);

        Assert.IsEmpty(used.Missing);
        CollectionAssert.IsSubsetOf(
            new[]
            {
                "Microsoft.ML.Core: Microsoft.ML.ModelSaveContext.SetVersionInfo(VersionInfo)",
                "Microsoft.ML.Core: Microsoft.ML.LoadableClassAttribute",
                "Microsoft.ML.Data: Microsoft.ML.Data.CatalogUtils",
            },
            used.Internal.ToArray());
        CollectionAssert.Contains(used.Public.ToArray(), "Microsoft.ML.Core: Microsoft.ML.ModelSaveContext");
        CollectionAssert.DoesNotContain(used.Internal.ToArray(), "Microsoft.ML.Core: Microsoft.ML.ModelSaveContext");
    }

    private static string[] ReadApproved()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("ApprovedInternals.txt")!;
        string[] lines = new StreamReader(stream).ReadToEnd().Split('\n', StringSplitOptions.TrimEntries);
        return [.. lines.Where(line => line is not "" and not ['#', ..])];
    }
}
