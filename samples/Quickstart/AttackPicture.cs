using Microsoft.ML.Adversarial.Pictures;

namespace Quickstart;

/// <summary>A picture of the attacks: a row per digit; its image, and for each attack the change and the image that comes of it.</summary>
internal static class AttackPicture
{
    private static readonly long[] Shape = [1, Mnist.Size, Mnist.Size];

    public static void Save(string path, IReadOnlyList<Measurement> attacked, Measurement clean) => new PictureGrid
    {
        Title = "Digits under attack: what changes, and what the network reads",
        Headings = ["clean", .. attacked.SelectMany(attack => new[] { "change", $"{attack.Name} ε={attack.Epsilon}" })],
        Rows = [.. Enumerable.Range(0, Mnist.Digits).Select(digit => Row(digit, attacked, clean))],
        SignedName = "change of a pixel",
        Notes = [new("label → prediction: green is right, red is wrong. Orange frame: flagged as adversarial.", PictureTone.Faint)],
    }.Save(path);

    private static IReadOnlyList<PictureTile?> Row(int digit, IReadOnlyList<Measurement> attacked, Measurement clean)
    {
        var rows = attacked.Select(attack => attack.Examples[digit] as AttackedRow).ToArray();
        return
        [
            rows is [{ } first, ..] && clean.Examples[digit] is { } row ? Image(first.CleanFeatures, row) : null,
            .. rows.SelectMany(row => row is null
                ? new PictureTile?[] { null, null }
                : [PictureTile.Signed(Change(row), Shape), Image(row.AdversarialFeatures, row)]),
        ];
    }

    private static PictureTile Image(float[] features, ScoredRow row) => PictureTile.Input(features, Shape) with
    {
        Captions = [new($"{row.Digit} → {row.PredictedDigit}", row.IsRight ? PictureTone.Right : PictureTone.Wrong)],
        Frame = row.IsAdversarial ? PictureTone.Flagged : null,
    };

    private static float[] Change(AttackedRow row) =>
        [.. row.AdversarialFeatures.Zip(row.CleanFeatures, (adversarial, clean) => adversarial - clean)];
}
