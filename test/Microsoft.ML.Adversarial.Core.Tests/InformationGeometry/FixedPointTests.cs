namespace Microsoft.ML.Adversarial.InformationGeometry;

/// <summary>The oracle of this folder is itself right.</summary>
[TestClass]
public sealed class FixedPointTests
{
    [TestMethod]
    [DataRow(1.0)]
    [DataRow(-0.37)]
    [DataRow(1e-40)]
    [DataRow(-3.25e7)]
    public void DoublesComeBackAsTheyWere(double value) => Assert.AreEqual(value, (double)(FixedPoint)value);

    [TestMethod]
    [DataRow(0.0)]
    [DataRow(1.0)]
    [DataRow(-0.3)]
    [DataRow(2.5)]
    [DataRow(-40.0)]
    public void ExponentialsAndLogarithmsInvertEachOther(double value)
    {
        var exponential = FixedPoint.Exp(value);
        Assert.AreEqual(Math.Exp(value), (double)exponential, 1e-15 * Math.Exp(value));
        var error = (double)(FixedPoint.Log(exponential) - value);
        Assert.AreEqual(0, error, 1e-100);
    }
}
