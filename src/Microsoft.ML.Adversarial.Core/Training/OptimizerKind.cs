namespace Microsoft.ML.Adversarial.Training;

/// <summary>How gradients become steps.</summary>
public enum OptimizerKind
{
    /// <summary>Stochastic gradient descent with (Nesterov) momentum.</summary>
    Sgd,

    /// <summary>Adam (Kingma &amp; Ba 2015, arXiv:1412.6980) with β = (0.9, 0.999).</summary>
    Adam,

    /// <summary>Adam with decoupled weight decay (Loshchilov &amp; Hutter 2019, arXiv:1711.05101).</summary>
    AdamW,
}
