namespace Microsoft.ML.Adversarial.Attacks.Constraints;

[TestClass]
public sealed class LinearConstraintTests
{
    private static readonly Dictionary<int, double> Weights = new() { [5] = -2, [3] = 1 };

    public static IEnumerable<object[]> Texts =>
    [
        ["1*3-2*5<=10", LinearConstraint.AtMost(Weights, 10)],
        ["1*3-2*5>=-0.25", LinearConstraint.AtLeast(Weights, -0.25)],
        ["1*3-2*5=0", LinearConstraint.Exactly(Weights, -0.0)],
        ["-1<=1*3-2*5<=10", new LinearConstraint(Weights, -1, 10)],
        ["-1e-05*0+1e+20*7<=1e-07", LinearConstraint.AtMost(new Dictionary<int, double> { [7] = 1e20, [0] = -1e-5 }, 1e-7)],
        ["0.1*12>=1e+20", LinearConstraint.AtLeast(new Dictionary<int, double> { [12] = 0.1 }, 1e20)],
    ];

    [TestMethod]
    [DynamicData(nameof(Texts))]
    public void TheyAreValuesThatTextsMakeAgain(string text, LinearConstraint constraint)
    {
        ArgumentNullException.ThrowIfNull(constraint);
        Assert.AreEqual(text, constraint.ToString().ToLowerInvariant());
        LinearConstraint read = LinearConstraint.Parse(text);
        Assert.AreEqual(constraint, read);
        Assert.AreEqual(constraint.GetHashCode(), read.GetHashCode());
        Assert.AreEqual((constraint.Lower, constraint.Upper), (read.Lower, read.Upper));
        CollectionAssert.AreEqual(constraint.Weights.ToArray(), read.Weights.ToArray());
        Assert.AreNotEqual(constraint, LinearConstraint.Parse("1*3-2*5<=11"));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("1*3")]
    [DataRow("3<=10")]
    [DataRow("1*3<10")]
    [DataRow("1*3-2*5<=")]
    [DataRow("1*3 - 2*5<=1")]
    [DataRow("1*3--2*5<=1")]
    [DataRow("1*3+1*3<=1")]
    [DataRow("0*3<=1")]
    [DataRow("1*-3<=1")]
    [DataRow("5<=1*3<=1")]
    [DataRow("1<=1*3>=0")]
    [DataRow("1*3<=nan")]
    [DataRow("1*99999999999<=1")]
    [DataRow("1e999*3<=1")]
    public void OtherTextsAreRefused(string text)
    {
        string reason = Assert.ThrowsExactly<FormatException>(() => LinearConstraint.Parse(text)).Message;
        Assert.Contains("inear constraint", reason);
        Assert.Contains($"'{text}'", reason);
    }

    [TestMethod]
    public void ImpossibleOnesAreRefused()
    {
        Assert.ThrowsExactly<ArgumentNullException>(() => LinearConstraint.AtMost(null!, 1));
        Assert.ThrowsExactly<ArgumentException>(() => LinearConstraint.AtMost(new Dictionary<int, double>(), 1));
        Assert.ThrowsExactly<ArgumentException>(() => new LinearConstraint(Weights, double.NegativeInfinity, double.PositiveInfinity));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new LinearConstraint(Weights, 2, 1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => LinearConstraint.AtMost(Weights, double.NegativeInfinity));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => LinearConstraint.AtLeast(Weights, double.NaN));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => LinearConstraint.AtMost(new Dictionary<int, double> { [-1] = 1 }, 1));
        foreach (double weight in new[] { 0, double.NaN, double.PositiveInfinity })
        {
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => LinearConstraint.AtMost(new Dictionary<int, double> { [1] = weight }, 1));
        }
    }
}
