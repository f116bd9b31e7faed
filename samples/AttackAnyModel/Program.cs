// Attack models that are no networks: gradient-boosted trees and a linear model, whole chains of them, by asking what they answer.

using System.Text;
using AttackAnyModel;

Console.OutputEncoding = Encoding.UTF8;
switch (args)
{
    case []:
        BreastCancer.Run();
        return 0;
    case ["--digits"]:
        Digits.Run(trainingRows: 20_000, rows: 1_000, squareQueries: 5_000, jumpQueries: 1_000);
        return 0;
    case ["--digits", "--quick"]:
        Digits.Run(trainingRows: 1_000, rows: 10, squareQueries: 200, jumpQueries: 100);
        return 0;
    default:
        Console.Error.WriteLine("""
            Usage: dotnet run -c Release --project samples/AttackAnyModel -- [options]
              (none)             diagnoses of a small table: how little must change, and what
              --digits           digits, their pixels read by trees (minutes)
              --digits --quick   the same on fewer digits
            """);
        return 1;
}
