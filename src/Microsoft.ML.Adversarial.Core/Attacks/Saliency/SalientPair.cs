namespace Microsoft.ML.Adversarial.Attacks.Saliency;

/// <summary>
/// Two features and their saliency, the product of what moving both gains for the target and what it takes from the other classes.
/// </summary>
/// <param name="First">The one feature.</param>
/// <param name="Second">The other.</param>
/// <param name="Saliency">−α·β of Papernot et al. 2016, algorithm 3; above 0.</param>
internal readonly record struct SalientPair(int First, int Second, double Saliency);
