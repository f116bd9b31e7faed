using System.Text;
using Google.Protobuf;
using Microsoft.ML.Adversarial.Networks.Onnx.Format;
using Microsoft.ML.Adversarial.TestData;
using TorchSharp;
using static Microsoft.ML.Adversarial.Networks.Onnx.OnnxModel;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Networks.Onnx;

[TestClass]
public sealed class OnnxBadFileTests
{
    [TestMethod]
    public void TruncatedFilesAreRefused()
    {
        byte[] whole = File.ReadAllBytes(Golden.FileOf("mlp.onnx"));
        foreach (int length in (int[])[0, 1, 10, 100, 1000, whole.Length / 2, whole.Length - 1])
        {
            Assert.ThrowsExactly<InvalidDataException>(() => OnnxNetwork.FromBytes(whole[..length]), $"{length} bytes");
        }
    }

    [TestMethod]
    public void SizesBeyondTheFileAreRefusedUnread()
    {
        // A graph of 2 GB, of which two bytes are there.
        Refused([0x3a, 0xff, 0xff, 0xff, 0xff, 0x07, 0x0a, 0x00], "truncated");
        Refused(Encoding.UTF8.GetBytes("This is no model at all."), "no");
    }

    [TestMethod]
    public void AbsurdShapesAreRefused()
    {
        OnnxModel model = Linear();
        model.Graph.Initializer[0].Dims.Clear();
        model.Graph.Initializer[0].Dims.Add([1L << 62, 1L << 62]);
        Refused(model.Bytes, "'w'");

        model.Graph.Initializer[0].Dims.Clear();
        model.Graph.Initializer[0].Dims.Add([-5, -3]);
        Refused(model.Bytes, "'w'");

        OnnxModel huge = new OnnxModel(13, 5).Integers("s", 1L << 40).Node("ConstantOfShape", ["s"], "c").Node("Add", ["x", "c"], "logits");
        Refused(huge.Bytes, "ConstantOfShape");

        OnnxModel many = new OnnxModel(13, 5).Integers("s", 1L << 26).Weight("w", [1]);
        for (int node = 0; node < 20; node++)
        {
            many.Node("Expand", [node == 0 ? "w" : $"e{node - 1}", "s"], $"e{node}");
        }

        Refused(many.Node("Add", ["x", "e19"], "logits").Bytes, "together");

        OnnxModel padded = new OnnxModel(13, 5).Integers("p", 0, 1 << 30, 0, 1 << 30).Node("Pad", ["x", "p"], "logits");
        Refused(padded.Bytes, "Pad");

        OnnxModel resized = new OnnxModel(13, 1, 5, 5).Constant("s", torch.tensor([1f, 1, 1e6f, 1e6f])).Node("Resize", ["x", "", "s"], "y").Flat();
        Refused(resized.Bytes, "Resize");

        OnnxModel grown = new OnnxModel(13, 1, 5, 5).Weight("w", [1, 1, 2, 2]).Node("ConvTranspose", ["x", "w"], "y", A("strides", [1L << 30, 1 << 30])).Flat();
        Refused(grown.Bytes, "ConvTranspose");
    }

    [TestMethod]
    public void GraphsThatCannotRunAreRefused()
    {
        Refused(new OnnxModel(13, 5).Node("Add", ["x", "b"], "a").Node("Relu", ["a"], "b").Node("Relu", ["b"], "logits").Bytes, "cycle");
        Refused(new OnnxModel(13, 5).Node("Add", ["x", "nothing"], "logits").Bytes, "'nothing'");
        Refused(new OnnxModel(13, 5).Node("Relu", ["x"], "logits").Node("Relu", ["x"], "logits").Bytes, "'logits'");
        Refused(new OnnxModel(13, 5).Node("Add", ["x"], "logits").Bytes, "Add");
        Refused(new OnnxModel(13, 5).Weight("w", [4, 3]).Node("MatMul", ["x", "w"], "logits").Bytes, "MatMul");
        Refused(new OnnxModel(13, 4, 5).Node("MatMul", ["x", "x"], "y").Flat().Bytes, "MatMul");
        Refused(new OnnxModel(13, 5).Weight("w", [1]).Node("Identity", ["w"], "logits").Bytes, "logits");
        Refused(new OnnxModel(13, 5).Weight("w", [3]).Node("Add", ["x", "w"], "logits").Bytes, "broadcast");
    }

    [TestMethod]
    [DataRow("../secret.bin")]
    [DataRow("/etc/passwd")]
    [DataRow("a/../../secret.bin")]
    [DataRow("")]
    [DataRow("link.bin")]
    public void DataOutsideTheFolderOfTheModelIsRefused(string location)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory();
        try
        {
            File.WriteAllBytes(Path.Combine(folder.FullName, "secret.bin"), new byte[60]);
            DirectoryInfo inner = folder.CreateSubdirectory("model");
            File.CreateSymbolicLink(Path.Combine(inner.FullName, "link.bin"), Path.Combine(folder.FullName, "secret.bin"));
            string path = Path.Combine(inner.FullName, "model.onnx");
            File.WriteAllBytes(path, External(location).Bytes);
            Assert.Contains("folder", Assert.ThrowsExactly<InvalidDataException>(() => OnnxNetwork.Load(path)).Message);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [TestMethod]
    public void DataBesideTheModelIsRead()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        DirectoryInfo folder = Directory.CreateTempSubdirectory();
        try
        {
            byte[] weights = Linear().Graph.Initializer[0].RawData.ToByteArray();
            File.WriteAllBytes(Path.Combine(folder.FullName, "weights.bin"), [1, 2, 3, 4, .. weights]);
            string path = Path.Combine(folder.FullName, "model.onnx");
            OnnxModel model = External("weights.bin");
            model.Graph.Initializer[0].ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = "4" });
            File.WriteAllBytes(path, model.Bytes);
            using OnnxNetwork network = OnnxNetwork.Load(path);
            using OnnxNetwork again = OnnxNetwork.FromBytes(network.Bytes.ToArray());
            Tensor x = torch.rand(2, 5);
            Tensor expected = Runtime.Run(Linear().Bytes, x);
            Assert.IsLessThan(1e-6, (network.Module.call(x) - expected).abs().max().item<float>());
            Assert.IsLessThan(1e-6, (again.Module.call(x) - expected).abs().max().item<float>());

            // Out of a stream there is no folder; and a length beyond the file's end is not believed.
            Assert.Contains("path", Assert.ThrowsExactly<InvalidDataException>(() => OnnxNetwork.FromBytes(model.Bytes)).Message);
            model.Graph.Initializer[0].ExternalData[^1].Value = "40";
            File.WriteAllBytes(path, model.Bytes);
            Assert.Contains("truncated", Assert.ThrowsExactly<InvalidDataException>(() => OnnxNetwork.Load(path)).Message);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [TestMethod]
    public void MutatedModelsAreReadOrRefused()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Random random = new(11);
        byte[][] models = [.. OperatorCases.All.Where(one => one.Name is "Conv" or "Gemm" or "Reshape" or "Slice, inputs" or "AveragePool").Select(one => one.Model.Bytes)];
        int refused = 0;
        for (int round = 0; round < 300; round++)
        {
            byte[] mutated = [.. models[round % models.Length]];
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            }

            try
            {
                OnnxNetwork.FromBytes(mutated).Dispose();
            }
            catch (Exception e) when (e is InvalidDataException or NotSupportedException or ArgumentException)
            {
                refused++;
            }
        }

        Assert.IsGreaterThan(30, refused);
    }

    private static OnnxModel Linear() => new OnnxModel(13, 5).Weight("w", [5, 3]).Node("MatMul", ["x", "w"], "logits");

    private static OnnxModel External(string location)
    {
        OnnxModel model = Linear();
        TensorProto weight = model.Graph.Initializer[0];
        weight.RawData = ByteString.Empty;
        weight.DataLocation = TensorProto.Types.DataLocation.External;
        weight.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
        return model;
    }

    private static void Refused(byte[] model, string reason) =>
        Assert.Contains(reason, Assert.ThrowsExactly<InvalidDataException>(() => OnnxNetwork.FromBytes(model)).Message);
}
