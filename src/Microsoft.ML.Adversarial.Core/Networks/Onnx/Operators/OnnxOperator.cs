namespace Microsoft.ML.Adversarial.Networks.Onnx.Operators;

/// <summary>A row of the operator table: an operator's name, what a node of it becomes, and how many of its outputs can be read.</summary>
internal sealed record OnnxOperator(string Name, Func<OnnxNode, OnnxStep> Build, int OutputCount = 1);
