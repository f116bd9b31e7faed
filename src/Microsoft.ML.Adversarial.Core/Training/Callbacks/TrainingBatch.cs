using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Training.Callbacks;

/// <summary>A batch of training rows that callbacks are told of. Its tensors belong to the training.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Step">Within the epoch, from 1.</param>
/// <param name="Number">Within the training, from 1; it goes on counting after a checkpoint.</param>
/// <param name="Rows">Where the batch's rows stand among the training rows, shape [N], Int64.</param>
/// <param name="Inputs">Clean inputs, shape [N, …].</param>
/// <param name="Labels">Shape [N], Int64, 0-based.</param>
/// <param name="LearningRate">The learning rate of this step.</param>
public sealed record TrainingBatch(int Epoch, long Step, long Number, Tensor Rows, Tensor Inputs, Tensor Labels, double LearningRate);
