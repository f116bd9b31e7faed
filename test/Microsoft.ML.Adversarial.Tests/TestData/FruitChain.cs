using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Norms;

namespace Microsoft.ML.Adversarial.TestData;

/// <summary>A chain of built-in steps and ours, as users have: the network is used by five transformers.</summary>
internal static class FruitChain
{
    public static string[] Outputs { get; } =
    [
        "Score", "PredictedLabel", "FisherTrace", "Again", "PValue", "IsAdversarial", "AdversarialFeatures", "AttackSucceeded",
        "KernelDensityUncertainty", "LogitMargin",
    ];

    public static ITransformer Fit(MLContext ml, int epochs = 3)
    {
        var scorer = Fruit.Labels(ml)
            .Append(ml.Transforms.NormalizeMinMax("Features"))
            .Append(Fruit.Trainer(ml, epochs))
            .Append(ml.Transforms.FisherTrace())
            .Append(ml.Transforms.FisherTrace("Again"))
            .Fit(Fruit.Load(ml, 120, seed: 1));
        var clean = scorer.Transform(Fruit.Load(ml, 60, seed: 1));
        var attack = new ProjectedGradientDescent(Norm.LInfinity, 0.1) { Steps = 3 };
        return scorer
            .Append(ml.Transforms.AdversarialDetection("FisherTrace", 0.05).Fit(clean))
            .Append(ml.Transforms.AdversarialAttack(scorer, attack).Fit(clean))
            .Append(ml.Transforms.DetectorScore(new KernelDensityUncertainty { RowsPerClass = 12 }, scorer).Fit(clean))
            .Append(ml.Transforms.OutputDetectorScore(new LogitMargin()).Fit(clean))
            .Append(ml.Transforms.Conversion.MapKeyToValue("Prediction", "PredictedLabel").Fit(clean));
    }
}
