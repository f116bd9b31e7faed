namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

[TestClass]
public sealed class SearchSpaceTests
{
    private static readonly SearchSpace Space = SearchSpace.Empty
        .Uniform("Weight", -1, 2).LogUniform("Rate", 1e-4, 1).WholeNumber("Epochs", 2, 5).Choice("Loss", "plain", "trades").Choice("Fast", false, true);

    private static readonly Candidate Options = Of("options", Space);

    private static readonly Candidate Plain = Of("plain", SearchSpace.Empty);

    [TestMethod]
    public void RandomValuesFillTheirRanges()
    {
        TrialParameters[] drawn = [.. new RandomSearch(400).FirstRound([Options], seed: 3).Select(plan => plan.Parameters)];

        Assert.HasCount(400, drawn);
        Fills(parameters => (parameters.Number("Weight") + 1) / 3);
        Fills(parameters => Math.Log10(parameters.Number("Rate") / 1e-4) / 4);
        CollectionAssert.AreEqual(new[] { 2, 3, 4, 5 }, drawn.Select(one => one.WholeNumber("Epochs")).Distinct().Order().ToArray());
        CollectionAssert.AreEqual(new[] { "plain", "trades" }, drawn.Select(one => one.Text("Loss")).Distinct().Order().ToArray());
        Assert.AreEqual(200, drawn.Count(one => one.Flag("Fast")), 60.0);

        void Fills(Func<TrialParameters, double> place)
        {
            double[] places = [.. drawn.Select(place).Order()];
            Assert.IsTrue(places[0] is >= 0 and < 0.02 && places[^1] is > 0.98 and <= 1, $"{places[0]} to {places[^1]}");
            // Kolmogorov and Smirnov's statistic exceeds 1.95 / √n in one of a thousand uniform samples.
            Assert.IsLessThan(1.95 / Math.Sqrt(400), places.Index().Max(one => Math.Abs(one.Item - ((one.Index + 0.5) / 400))));
        }
    }

    [TestMethod]
    public void DrawsBelongToTheSeedTheCandidateAndTheOption()
    {
        var (search, smaller) = (new RandomSearch(5), Of("options", SearchSpace.Empty.LogUniform("Rate", 1e-4, 1)));

        var alone = Rates(search.FirstRound([Options], seed: 3));

        CollectionAssert.AreEqual(alone, Rates(search.FirstRound([Plain, Options], seed: 3)));
        CollectionAssert.AreEqual(alone, Rates(search.FirstRound([smaller], seed: 3)));
        CollectionAssert.AreEqual(alone[..3], Rates(new RandomSearch(3).FirstRound([Options], seed: 3)));
        CollectionAssert.AreNotEqual(alone, Rates(search.FirstRound([Options], seed: 4)));
        CollectionAssert.AreNotEqual(alone, Rates(search.FirstRound([Of("other", Space)], seed: 3)));

        static double[] Rates(IEnumerable<TrialPlan> plans) =>
            [.. plans.Where(plan => plan.Parameters.Values.Count > 0).Select(plan => plan.Parameters.Number("Rate"))];
    }

    [TestMethod]
    public void AGridHasEveryCombinationOnce()
    {
        var plans = new GridSearch().FirstRound([Options, Plain], seed: 3);

        Assert.HasCount((3 * 3 * 3 * 2 * 2) + 1, plans);
        Assert.HasCount(plans.Count - 1, plans.Select(plan => plan.Parameters).Distinct().Where(parameters => parameters.Values.Count > 0));
        CollectionAssert.AreEqual(new[] { -1, 0.5, 2 }, Values("Weight"));
        var rates = Values("Rate");
        Assert.AreEqual(1e-4, rates[0]);
        Assert.AreEqual(1e-2, rates[1], 1e-12);
        Assert.AreEqual(1.0, rates[2]);
        CollectionAssert.AreEqual(new[] { 2, 4, 5.0 }, Values("Epochs"));
        Assert.AreEqual("plain", plans[1].Candidate.Name, "Every candidate's first trial comes before any second.");

        double[] Values(string name) => [.. plans.Where(plan => plan.Candidate == Options).Select(plan => plan.Parameters.Number(name)).Distinct().Order()];
    }

    [TestMethod]
    public void HalvingKeepsTheBestAndTrainsThemOnMoreRows()
    {
        var halving = new SuccessiveHalving(9);
        var first = halving.FirstRound([Options, Plain], seed: 3);

        var second = halving.NextRound(first);
        var third = halving.NextRound(second);

        Assert.HasCount(10, first);
        Assert.IsTrue(first.All(plan => plan.TrainingFraction == 1.0 / 9));
        CollectionAssert.AreEqual(first.Take(3).Select(plan => plan.Parameters).ToArray(), second.Select(plan => plan.Parameters).ToArray());
        Assert.AreEqual(1.0 / 3, second[0].TrainingFraction, 1e-12);
        Assert.AreEqual(first[0].Parameters, third.Single().Parameters);
        Assert.AreEqual(1.0, third[0].TrainingFraction);
        Assert.IsEmpty(halving.NextRound(third));
        Assert.IsEmpty(halving.NextRound([]), "All trials of a round failed.");
    }

    [TestMethod]
    public void WhatMakesNoSenseIsRefused()
    {
        (Action Act, string Expected)[] rows =
        [
            (() => SearchSpace.Empty.Uniform("A", 1, 1), "above the minimum 1"),
            (() => SearchSpace.Empty.Uniform("A", 0, double.PositiveInfinity), "finite"),
            (() => SearchSpace.Empty.LogUniform("A", 0, 1), "above 0"),
            (() => SearchSpace.Empty.WholeNumber("A", 5, 4), "above the minimum 5"),
            (() => SearchSpace.Empty.Choice("A"), "got none"),
            (() => SearchSpace.Empty.Choice("A", 1, 1), "all different"),
            (() => SearchSpace.Empty.Choice("A", 1.5f), "got Single"),
            (() => SearchSpace.Empty.Uniform(" ", 0, 1), "Expected a name"),
            (() => Space.Uniform("Rate", 0, 1), "'Rate' twice"),
            (() => new GridSearch { PointsPerOption = 50 }.FirstRound([Options], seed: 1), "Candidate 'options'"),
            (() => _ = new GridSearch { PointsPerOption = 1 }, ">= 2"),
            (() => _ = new RandomSearch(0), "trials"),
            (() => _ = new SuccessiveHalving(3) { MinimumFraction = 1 }, "below 1"),
        ];

        foreach (var (act, expected) in rows)
        {
            StringAssert.Contains(Assert.Throws<ArgumentException>(act).Message, expected);
        }
    }

    [TestMethod]
    public void OptionsAreAskedForByNameAndType()
    {
        var parameters = Space.At(_ => 0.5);

        Assert.AreEqual(4.0, parameters.Number("Epochs"));
        StringAssert.Contains(Assert.ThrowsExactly<KeyNotFoundException>(() => parameters.Number("Speed")).Message, "Weight, Rate, Epochs, Loss, Fast");
        StringAssert.Contains(Assert.ThrowsExactly<InvalidCastException>(() => parameters.WholeNumber("Rate")).Message, "Double");
        Assert.AreEqual("Weight=0.5, Rate=0.01, Epochs=4, Loss=trades, Fast=True", parameters.ToString());
    }

    private static Candidate Of(string name, SearchSpace space) => new(name, space, (_, _) => throw new NotSupportedException());
}
