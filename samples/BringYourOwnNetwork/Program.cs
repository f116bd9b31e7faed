// A network that PyTorch trained, brought as ONNX and as TorchScript: predict, attack, look at the Fisher trace, save and load as a model.

using System.Globalization;
using System.Text;
using BringYourOwnNetwork;
using Microsoft.ML;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using Microsoft.ML.Adversarial.Networks.Onnx;
using Microsoft.ML.Adversarial.Norms;
using Quickstart;

const int Rows = 200;
Console.OutputEncoding = Encoding.UTF8;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

string FileOf(string name) => Path.Combine(AppContext.BaseDirectory, "networks", name);
var ml = new MLContext(seed: 1);
var digits = ml.Data.TakeRows(Mnist.LoadTest(ml), Rows);

// An ONNX model becomes layers of TorchSharp. TorchScript is code that runs: load only files that you trust.
using var onnx = new NetworkClassifier(OnnxNetwork.Load(FileOf("mlp.onnx")), InputBounds.Unit);
using var script = new NetworkClassifier(TorchScriptNetwork.Load(FileOf("mlp.torchscript.pt"), inputShape: [1, 28, 28]), InputBounds.Unit);

Console.WriteLine($"{Rows} test images, PGD with 20 steps, L∞, ε = 0.1");
Console.WriteLine();
Console.WriteLine("  Network       Rows        Accuracy   Confidence   Fisher trace");
Console.WriteLine("──────────────────────────────────────────────────────────────────");
(var ofOnnx, var ofScript) = (Story("ONNX", onnx), Story("TorchScript", script));

// The last bits of gradients differ, and 20 steps make different attacked images of that: equally good ones.
var agree = ofOnnx.Clean.Accuracy == ofScript.Clean.Accuracy
    && Math.Abs(ofOnnx.Clean.FisherTrace - ofScript.Clean.FisherTrace) < 0.001 * ofOnnx.Clean.FisherTrace
    && Math.Abs(ofOnnx.Attacked.Accuracy - ofScript.Attacked.Accuracy) < 0.05;
Console.WriteLine();
Console.WriteLine(agree ? "Both files are one network: the numbers agree." : "ERROR: the two files of one network disagree.");
return agree ? 0 : 1;

(Scored Clean, Scored Attacked) Story(string name, NetworkClassifier classifier)
{
    var model = ml.Transforms.NeuralNetwork(classifier, labelColumnName: "Label").Append(ml.Transforms.FisherTrace()).Fit(digits);

    // The model file holds the network as it was read. A web service loads it and needs nothing else.
    var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.zip");
    ml.Model.Save(model, digits.Schema, path);
    var loaded = ml.Model.Load(path, out _);
    File.Delete(path);

    // The attack adds AdversarialFeatures. Copied over Features they go through the same model as any other row.
    var attack = new ProjectedGradientDescent(Norm.LInfinity, epsilon: 0.1) { Steps = 20 };
    var attacked = ml.Transforms.AdversarialAttack(loaded, attack)
        .Append(ml.Transforms.CopyColumns("Features", "AdversarialFeatures"))
        .Fit(digits).Transform(digits);
    return (Printed(name, "clean", loaded.Transform(digits)), Printed(name, "attacked", loaded.Transform(attacked)));
}

Scored Printed(string name, string rows, IDataView scored)
{
    var numbers = Scored.Of(ml, scored);
    Console.WriteLine($"  {name,-12}  {rows,-9}  {numbers.Accuracy,8:P1}   {numbers.Confidence,10:F3}   {numbers.FisherTrace,12:F3}");
    return numbers;
}
