using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.Settings;
using Microsoft.ML.Adversarial.TestData;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.Constraints;

[TestClass]
public sealed class InputConstraintsTests
{
    public static IEnumerable<object[]> Texts =>
    [
        ["none", InputConstraints.None],
        ["8bit", new InputConstraints { EightBit = true }],
        ["8bit frozen:0-2,7 integer:4", new InputConstraints { EightBit = true, Frozen = [7, 0, 2, 1, 2], Integer = [4] }],
        ["8bit:0-2,5 integer:4", new InputConstraints { EightBitFeatures = [0, 1, 2, 5], Integer = [4] }],
        ["onehot:1-3 onehot:5,9", new InputConstraints { OneHot = [[9, 5], [1, 2, 3]] }],
        ["increasing:1-2 decreasing:4", new InputConstraints { Increasing = [2, 1], Decreasing = [4] }],
        [
            "linear:-1<=2*1<=3 linear:1*3-2*5<=10 scale:2*1",
            new InputConstraints
            {
                Linear = [LinearConstraint.Parse("1*3-2*5<=10"), LinearConstraint.Parse("-1<=2*1<=3"), LinearConstraint.Parse("1*3-2*5<=10")],
                EpsilonScale = [2],
            },
        ],
        ["scale:0.5*2,1*1,0.5*1", new InputConstraints { EpsilonScale = [0.5, 0.5, 1, 0.5] }],
    ];

    [TestMethod]
    [DynamicData(nameof(Texts))]
    public void TheyAreValuesThatTextsMakeAgain(string text, InputConstraints constraints)
    {
        ArgumentNullException.ThrowIfNull(constraints);
        Assert.AreEqual(text, constraints.ToString());
        Assert.AreEqual(constraints, InputConstraints.Parse(text.ToUpperInvariant()));
        Assert.AreEqual(constraints.GetHashCode(), InputConstraints.Parse(text).GetHashCode());
        Assert.AreNotEqual(constraints, InputConstraints.Parse(text == "none" ? "8bit" : "none"));
        Assert.AreEqual(text == "none", constraints.AreNone);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("7bit")]
    [DataRow("frozen")]
    [DataRow("frozen:")]
    [DataRow("frozen:3-1")]
    [DataRow("frozen:-1")]
    [DataRow("integer:1,x")]
    [DataRow("increasing:x")]
    [DataRow("linear:3<=4")]
    [DataRow("scale:1*2*3")]
    [DataRow("scale:a")]
    [DataRow("none 8bit")]
    public void OtherTextsAreRefused(string text)
    {
        string reason = Assert.ThrowsExactly<FormatException>(() => InputConstraints.Parse(text)).Message;
        Assert.StartsWith("Expected", reason);
        AttackDescription description = new("fgsm", "Linf", 0.1, new Dictionary<string, string> { ["Constraints"] = text });
        Assert.EndsWith($"got '{text}'. {reason}", Assert.ThrowsExactly<ArgumentException>(description.Create).Message);
    }

    [TestMethod]
    public void ImpossibleConstraintsAreRefusedWhenTheyAreMade()
    {
        AssertImpossible<ArgumentException>("at least 2 features", () => new InputConstraints { OneHot = [[3]] });
        AssertImpossible<ArgumentException>("two with feature 2", () => new InputConstraints { OneHot = [[1, 2], [2, 3]] });
        foreach (double factor in new[] { 0, -1, double.NaN, double.PositiveInfinity })
        {
            AssertImpossible<ArgumentOutOfRangeException>("freeze it", () => new InputConstraints { EpsilonScale = [1, factor] });
        }

        AssertImpossible<ArgumentException>("feature 2, which is both: freeze it", () => new InputConstraints { Increasing = [1, 2], Decreasing = [2, 3] });
        AssertImpossible<ArgumentException>("feature 2, which is both: freeze it", () => new InputConstraints { Decreasing = [2, 3], Increasing = [1, 2] });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new InputConstraints { Frozen = [-1] });
        Assert.ThrowsExactly<ArgumentNullException>(() => new InputConstraints { Frozen = null! });
        AssertImpossible<ArgumentOutOfRangeException>("none, or some of", () => Constrained(null!));
    }

    [TestMethod]
    public void ConstraintsThatDoNotFitTheInputsAreRefused()
    {
        AssertRefused("from 0 to 74, got one on feature 75", new() { Frozen = [75] });
        AssertRefused("got one on feature 75", new() { Increasing = [75] });
        AssertRefused("got one on feature 80", new() { Linear = [LinearConstraint.Parse("1*80<=1")] });
        AssertRefused("got feature 5, which is both. Freeze the group", new() { Decreasing = [5], OneHot = [[4, 5]] });
        AssertRefused("75 factors of epsilon, one per feature, got 2", new() { EpsilonScale = [1, 2] });
        AssertRefused("got feature 4, which is both", new() { Integer = [4], OneHot = [[4, 5]] });
        AssertRefused("frozen as a whole or not at all, got 4-5", new() { Frozen = [4], OneHot = [[4, 5]] });
        AssertRefused("allow 0 and 1 in the one-hot group 4-5, got [0, 0.5]", new() { OneHot = [[4, 5]] }, new InputBounds(0, 0.5f));
        AssertRefused("finite input bounds for pixels of 8 bits", new() { EightBit = true }, InputBounds.Unbounded);
    }

    [TestMethod]
    public void InputsThatAreNotValidThemselvesAreNamed()
    {
        AssertRefused("Row 1, feature 7: expected one of the 256 values of pixels of 8 bits", new() { EightBit = true }, changed: 0.1f);
        AssertRefused("Row 1, feature 7: expected a whole number, got 0.5", new() { Integer = [3, 7] }, changed: 0.5f);
        InputConstraints linear = new() { Linear = [LinearConstraint.Parse("1*1+2*6-4*7>=2")] };
        AssertRefused("Row 1: expected the linear constraint 1*1+2*6-4*7>=2 to hold, got a sum of 1. Mend the row", linear, changed: 0.5f);
        AssertRefused("Row 1, feature 6: expected one 1 and otherwise 0 in the one-hot group 6-7", new() { OneHot = [[1, 2], [6, 7]] }, changed: 1);
    }

    [TestMethod]
    public void CostsAreUnitsOfTheBudget()
    {
        InputConstraints constraints = new InputConstraints { Frozen = [1] }.WithCosts([4, 1, double.PositiveInfinity, 0.5]);
        Assert.AreEqual("frozen:1-2 scale:0.25*1,1*2,2*1", constraints.ToString());
        foreach (double cost in new[] { 0, -1, double.NaN, double.Epsilon })
        {
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => InputConstraints.None.WithCosts([1, cost]));
        }

        using NetworkClassifier classifier = TestNetworks.Classifier(TestNetworks.Images);
        using Tensor inputs = TestNetworks.Uniform([4, 3, 5, 5]);
        using Tensor labels = TestNetworks.Predictions(classifier, inputs);
        double[] costs = [.. Enumerable.Range(0, 75).Select(feature => feature % 5 == 0 ? double.PositiveInfinity : 1 + (feature % 7))];
        using AttackResult result = (new ProjectedGradientDescent(Norm.L1, 6) { Constraints = InputConstraints.None.WithCosts(costs) })
            .Run(classifier, inputs, Goal.Misclassify(labels));
        using Tensor changes = (result.Inputs - inputs).flatten(1).abs().to(ScalarType.Float64);
        using Tensor spent = (changes * tensor(costs.Select(cost => double.IsFinite(cost) ? cost : 0).ToArray())).sum(1);
        Assert.IsLessThan(1e-4, (spent - result.Size).abs().max().item<double>());
        Assert.IsLessThan(6.0001, spent.max().item<double>());
        Assert.AreEqual(0, changes[.., 0].sum().item<double>() + changes[.., 70].sum().item<double>());
    }

    [TestMethod]
    public void EveryAttackListsThemAmongItsSettings()
    {
        foreach (string name in AttackDescription.Names)
        {
            NamedSetting setting = AttackDescription.SettingsOf(name).Single(setting => setting.Name == "Constraints");
            Assert.AreEqual(
                ("none", "none, or some of 8bit, 8bit:0-783, frozen:0-27,30, integer:4, onehot:5-9, increasing:10, decreasing:11, linear:1*3-2*10<=10 and scale:0.5*28,1*756"), (setting.Default, setting.Range));
        }
    }

    [TestMethod]
    public void TheyAreOfTheThreatModel()
    {
        InputConstraints constraints = new() { EightBit = true };
        FastGradientMethod attack = Constrained(constraints);
        Assert.AreSame(constraints, attack.ThreatModel.Constraints);
        Assert.AreEqual("Linf <= 0.1, 8bit", attack.ThreatModel.ToString());
        Assert.AreNotEqual(attack, attack with { Constraints = InputConstraints.None });
        Assert.AreEqual(new FastGradientMethod(Norm.LInfinity, 0.1), attack with { Constraints = new() });
    }

    private static void AssertImpossible<TException>(string problem, Func<object> make)
        where TException : Exception => Assert.Contains(problem, Assert.ThrowsExactly<TException>(make).Message);

    private static FastGradientMethod Constrained(InputConstraints constraints) => new(Norm.LInfinity, 0.1) { Constraints = constraints };

    // Rows of 0 but for a 1 in features 1, 6 and, in the second row, another value in feature 7.
    private static void AssertRefused(string problem, InputConstraints constraints, InputBounds? bounds = null, float? changed = null)
    {
        using NetworkClassifier classifier = TestNetworks.Classifier(TestNetworks.Images, bounds);
        using Tensor inputs = zeros(2, 75);
        if (changed is { } value)
        {
            inputs[.., 1] = 1;
            inputs[.., 6] = 1;
            inputs[1, 7] = value;
        }

        using Tensor images = inputs.reshape(2, 3, 5, 5);
        using Tensor labels = zeros(2, ScalarType.Int64);
        Exception thrown = Assert.Throws<Exception>(() => Constrained(constraints).Run(classifier, images, Goal.Misclassify(labels)));
        Assert.Contains(problem, thrown.Message);
        Assert.IsTrue(thrown is ArgumentException or AdversarialInputException);
    }
}
