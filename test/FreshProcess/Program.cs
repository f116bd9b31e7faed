using Microsoft.ML;
using Microsoft.ML.Adversarial.TestData;

// For every NAME.zip of a folder: apply that model to the rows of NAME.idv and write what came out to NAME.txt. Nothing is registered.
var ml = new MLContext();
foreach (var model in Directory.EnumerateFiles(args[0], "*.zip"))
{
    var transformer = ml.Model.Load(model, out _);
    var rows = ml.Data.LoadFromBinary(Path.ChangeExtension(model, "idv"));
    File.WriteAllLines(Path.ChangeExtension(model, "txt"), RowText.Of(transformer.Transform(rows)));
}
