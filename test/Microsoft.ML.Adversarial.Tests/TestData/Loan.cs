using Microsoft.ML.Data;

namespace Microsoft.ML.Adversarial.TestData;

/// <summary>A row of a table with columns of all kinds, some of which decide about a loan.</summary>
internal sealed class Loan
{
    private static readonly string[] Cities = ["Aachen", "Bonn", "Cologne"];

    public float Income { get; set; }

    public int Age { get; set; }

    [VectorType(2)]
    public double[] Debts { get; set; } = [0, 0];

    public string City { get; set; } = "";

    public bool IsMember { get; set; }

    public string Remark { get; set; } = "";

    public string Decision { get; set; } = "";

    public bool IsGranted { get; set; }

    /// <summary>Rows whose decision can be told from the columns.</summary>
    public static Loan[] Some(int count, int seed = 1)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(index =>
        {
            Loan loan = new()
            {
                Income = 1 + (9 * random.NextSingle()),
                Age = random.Next(18, 80),
                Debts = [random.NextDouble() * 3, random.NextDouble() * 3],
                City = Cities[random.Next(3)],
                IsMember = random.Next(2) == 1,
                Remark = $"remark {index}",
            };
            double worth = loan.Income - loan.Debts[0] - loan.Debts[1] + (loan.Age / 40.0) + (loan.City == "Bonn" ? 1.5 : 0) + (loan.IsMember ? 1 : 0);
            loan.Decision = worth > 5.5 ? "yes" : worth > 3.5 ? "ask" : "no";
            loan.IsGranted = worth > 4.5;
            return loan;
        })];
    }

    /// <summary>What makes features of all columns but the remark, in a column Features.</summary>
    public static IEstimator<ITransformer> Features(MLContext ml) => ml.Transforms.Conversion.ConvertType("AgeNumber", nameof(Age))
        .Append(ml.Transforms.Conversion.ConvertType("DebtNumbers", nameof(Debts)))
        .Append(ml.Transforms.Categorical.OneHotEncoding("CityCode", nameof(City)))
        .Append(ml.Transforms.Conversion.ConvertType("MemberNumber", nameof(IsMember)))
        .Append(ml.Transforms.Concatenate("Features", nameof(Income), "AgeNumber", "DebtNumbers", "CityCode", "MemberNumber"))
        .Append(ml.Transforms.NormalizeMinMax("Features"));
}
