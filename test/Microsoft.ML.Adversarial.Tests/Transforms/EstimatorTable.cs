using Microsoft.ML.Adversarial.Attacks;
using Microsoft.ML.Adversarial.Attacks.GradientSteps;
using Microsoft.ML.Adversarial.Certification;
using Microsoft.ML.Adversarial.Detectors;
using Microsoft.ML.Adversarial.Detectors.Combinations;
using Microsoft.ML.Adversarial.Explanations;
using Microsoft.ML.Adversarial.Fisher;
using Microsoft.ML.Adversarial.Norms;
using Microsoft.ML.Adversarial.TestData;
using Microsoft.ML.Adversarial.Transformations;

namespace Microsoft.ML.Adversarial.Transforms;

/// <summary>Every estimator, as <see cref="EstimatorContractTests"/> tries it. A new one is one more line.</summary>
internal static class EstimatorTable
{
    private static readonly string[] ScoreColumns = ["PredictedLabel", "Score", "Probability", "Logits"];
    private static readonly string[] FisherOutputs =
    [
        "FisherTrace", "FisherQuadraticForm", "NormalisedFisherQuadraticForm", "FisherTopEigenvalue", "FisherSensitivity", "FisherSensitivityNorm",
    ];
    private static readonly string[] AttackOutputs =
    [
        "AdversarialFeatures", "AttackSucceeded", "PerturbationSize", "AdversarialPredictedLabel",
    ];
    private static readonly string[] ConfusingOutputs =
    [
        "FirstClass", "SecondClass", "LogitGap", "IsConfusing", "FirstGradient", "SecondGradient", "TowardsFirst", "TowardsSecond",
    ];
    private static readonly string[] SmoothedOutputs = ["SmoothedLabel", "CertifiedRadius"];
    private static readonly string[] IntervalOutputs = ["IsCertified", "CertifiedEpsilon"];
    private static readonly RandomizedSmoothing Smoothing = new(0.2) { SelectionSamples = 20, Samples = 80 };
    private static readonly Attack Fgsm = new FastGradientMethod(Norm.LInfinity, 0.1);
    private static readonly Attack Pgd = new ProjectedGradientDescent(Norm.LInfinity, 0.1) { Steps = 5 };

    public static IReadOnlyList<EstimatorCase> All { get; } =
    [
        new("network, multiclass", fruit => fruit.Train, fruit => Fruit.Trainer(fruit.Ml, epochs: 3), ScoreColumns),
        new("network, labels are numbers", fruit => fruit.Train, fruit => Coded(fruit.Ml), ScoreColumns),
        new(
            "network that exists already", fruit => fruit.Test,
            fruit => fruit.Ml.Transforms.NeuralNetwork(fruit.Network.Model, labelColumnName: "Label"), ScoreColumns),
        new(
            "network that exists already, named classes", fruit => fruit.Test,
            fruit => fruit.Ml.Transforms.NeuralNetwork(fruit.Network.Model, labels: ["one", "two", "three"]), ScoreColumns),
        new("network, binary", fruit => fruit.Train, fruit => Fruit.BinaryTrainer(fruit.Ml, epochs: 3), ScoreColumns),
        new(
            "Fisher trace in the pipeline", fruit => fruit.Train,
            fruit => Fruit.Trainer(fruit.Ml, epochs: 3).Append(fruit.Ml.Transforms.FisherTrace()), [.. ScoreColumns, "FisherTrace"]),
        new(
            "Fisher trace of a score column", fruit => fruit.Network.Transform(fruit.Test),
            fruit => fruit.Ml.Transforms.FisherTrace(), ["FisherTrace"]),
        new("Fisher trace of a model", fruit => fruit.Test, fruit => fruit.Ml.Transforms.FisherTrace(fruit.Network), ["FisherTrace"]),
        new("Fisher trace, binary", fruit => fruit.Test, fruit => fruit.Ml.Transforms.FisherTrace(fruit.Binary), ["FisherTrace"]),
        new(
            "Fisher trace by an estimate", fruit => fruit.Test,
            fruit => fruit.Ml.Transforms.FisherTrace(fruit.Network, method: FisherTraceMethod.Estimate(1)), ["FisherTrace"]),
        new(
            "Fisher information in the pipeline", fruit => fruit.Train,
            fruit => Fruit.Trainer(fruit.Ml, epochs: 3).Append(fruit.Ml.Transforms.FisherInformation()), [.. ScoreColumns, .. FisherOutputs]),
        new(
            "Fisher information of a model, random direction", fruit => fruit.Test,
            fruit => fruit.Ml.Transforms.FisherInformation(fruit.Network, direction: FisherDirection.Random(3)), FisherOutputs),
        new(
            "Fisher information along the label", fruit => fruit.Test,
            fruit => fruit.Ml.Transforms.FisherInformation(fruit.Network, direction: FisherDirection.Label), FisherOutputs),
        new(
            "Fisher information, binary, along the label", fruit => fruit.Test,
            fruit => fruit.Ml.Transforms.FisherInformation(fruit.Binary, new() { Label = "IsApple" }, FisherDirection.Label), FisherOutputs),
        new(
            "Fisher quadratic form", fruit => fruit.Network.Transform(fruit.Test), fruit => fruit.Ml.Transforms.FisherQuadraticForm("Form"), ["Form"]),
        new(
            "normalised Fisher quadratic form", fruit => fruit.Network.Transform(fruit.Test),
            fruit => fruit.Ml.Transforms.NormalisedFisherQuadraticForm("Form", FisherDirection.OfClass(1)), ["Form"]),
        new(
            "Fisher sensitivity", fruit => fruit.Network.Transform(fruit.Test),
            fruit => fruit.Ml.Transforms.FisherSensitivity(), ["FisherSensitivity", "FisherSensitivityNorm"]),
        new(
            "Fisher top eigenvalue", fruit => fruit.Network.Transform(fruit.Test),
            fruit => fruit.Ml.Transforms.FisherTopEigenvalue(), ["FisherTopEigenvalue"]),
        new(
            "input gradient in the pipeline", fruit => fruit.Train,
            fruit => Fruit.Trainer(fruit.Ml, epochs: 3).Append(fruit.Ml.Transforms.InputGradient()), [.. ScoreColumns, "InputGradient"]),
        new(
            "integrated gradients of the label", fruit => fruit.Test,
            fruit => fruit.Ml.Transforms.InputGradient(fruit.Network, "Part", new IntegratedGradients { Steps = 5 }, ExplainedOutput.Label), ["Part"]),
        new(
            "SmoothGrad of the loss, binary", fruit => fruit.Test,
            fruit => fruit.Ml.Transforms.InputGradient(
                fruit.Binary, "Part", new SmoothGrad { Samples = 3 }, ExplainedOutput.Loss, labelColumnName: "IsApple"), ["Part"]),
        new(
            "confusing logits in the pipeline", fruit => fruit.Train,
            fruit => Fruit.Trainer(fruit.Ml, epochs: 3).Append(fruit.Ml.Transforms.ConfusingLogits()), [.. ScoreColumns, .. ConfusingOutputs]),
        new(
            "confusing logits of a model", fruit => fruit.Test,
            fruit => fruit.Ml.Transforms.ConfusingLogits(fruit.Network, new ConfusingLogits { Steps = 4, ProjectionFactor = 0.5 }), ConfusingOutputs),
        new("confusing logits, binary", fruit => fruit.Test, fruit => fruit.Ml.Transforms.ConfusingLogits(fruit.Binary), ConfusingOutputs),
        new(
            "detection", fruit => fruit.Scored, fruit => fruit.Ml.Transforms.AdversarialDetection("FisherTrace", 0.05),
            ["PValue", "IsAdversarial"]),
        new(
            "detection per class", fruit => fruit.Scored, fruit => fruit.Ml.Transforms.AdversarialDetection("FisherTrace", "PredictedLabel", 0.1),
            ["PValue", "IsAdversarial"]),
        new(
            "detection per class, binary", fruit => fruit.Binary.Transform(fruit.Test),
            fruit => fruit.Ml.Transforms.AdversarialDetection("Score", "PredictedLabel", 0.1), ["PValue", "IsAdversarial"]),
        new(
            "detection by several", fruit => fruit.Scored,
            fruit => fruit.Ml.Transforms.AdversarialDetection(["FisherTrace", "Probability"], PValueCombination.Fisher, 0.05),
            ["PValue", "PValues", "IsAdversarial"]),
        new(
            "detection by several per class", fruit => fruit.Scored,
            fruit => fruit.Ml.Transforms.AdversarialDetection(
                ["Probability", "FisherTrace"], PValueCombination.Simes, 0.1, "PredictedLabel", "P", "Single", "Flag"),
            ["P", "Single", "Flag"]),
        new(
            "detector in the pipeline", fruit => fruit.Train,
            fruit => Fruit.Trainer(fruit.Ml, epochs: 3).Append(fruit.Ml.Transforms.DetectorScore(new GradientNorm())), [.. ScoreColumns, "GradientNorm"]),
        new(
            "detector that learns, of a score column", fruit => fruit.Network.Transform(fruit.Test),
            fruit => fruit.Ml.Transforms.DetectorScore(new LocalIntrinsicDimensionality { Neighbours = 5 }), ["LocalIntrinsicDimensionality"]),
        OfDetector(new MaximumSoftmaxProbability()),
        OfDetector(new FeatureSqueezing()),
        OfDetector(new Mahalanobis { Shrinkage = 1e-3 }),
        OfDetector(new KernelDensityUncertainty()),
        new(
            "detector, labels are numbers", fruit => fruit.Test,
            fruit => fruit.Ml.Transforms.DetectorScore(new KernelDensityUncertainty(), fruit.Coded, "Density", "CodeLabel"), ["Density"]),
        new(
            "detector, binary", fruit => fruit.Test,
            fruit => fruit.Ml.Transforms.DetectorScore(new Mahalanobis { Shrinkage = 1e-3 }, fruit.Binary, labelColumnName: "IsApple"), ["Mahalanobis"]),
        new(
            "detector of logits", fruit => fruit.Scored,
            fruit => fruit.Ml.Transforms.OutputDetectorScore(new Energy { Temperature = 2 }, scoreColumnName: "Logits"), ["Energy"]),
        new(
            "detector of probabilities", fruit => fruit.Scored,
            fruit => fruit.Ml.Transforms.OutputDetectorScore(new PredictiveEntropy()), ["PredictiveEntropy"]),
        new(
            "detector of a binary score", fruit => fruit.Binary.Transform(fruit.Test),
            fruit => fruit.Ml.Transforms.OutputDetectorScore(new LogitMargin()), ["LogitMargin"]),
        new(
            "smoothed prediction in the pipeline", fruit => fruit.Train,
            fruit => Fruit.Trainer(fruit.Ml, epochs: 3).Append(fruit.Ml.Transforms.SmoothedPrediction(Smoothing)),
            [.. ScoreColumns, .. SmoothedOutputs]),
        new(
            "smoothed prediction of a score column", fruit => fruit.Network.Transform(fruit.Test),
            fruit => fruit.Ml.Transforms.SmoothedPrediction(Smoothing), SmoothedOutputs),
        new(
            "smoothed prediction, labels are numbers", fruit => fruit.Test,
            fruit => fruit.Ml.Transforms.SmoothedPrediction(fruit.Coded, Smoothing, new() { Label = "Class", Radius = "Radius" }),
            ["Class", "Radius"]),
        new(
            "smoothed prediction, binary", fruit => fruit.Binary.Transform(fruit.Test),
            fruit => fruit.Ml.Transforms.SmoothedPrediction(Smoothing), SmoothedOutputs),
        new(
            "interval certificate in the pipeline", fruit => fruit.Train,
            fruit => Fruit.Trainer(fruit.Ml, epochs: 3).Append(fruit.Ml.Transforms.IntervalCertificate(0.02)), [.. ScoreColumns, .. IntervalOutputs]),
        new(
            "interval certificate of a model", fruit => fruit.Test,
            fruit => fruit.Ml.Transforms.IntervalCertificate(fruit.Network, 0.02, new() { IsCertified = null }), ["CertifiedEpsilon"]),
        new(
            "interval certificate, binary", fruit => fruit.Test,
            fruit => fruit.Ml.Transforms.IntervalCertificate(fruit.Binary, 0.02), IntervalOutputs),
        OfAttack("FGSM", Fgsm, new()),
        OfAttack("FGSM, targeted", Fgsm, new() { Target = "TargetLabel" }),
        OfAttack("PGD", Pgd, new()),
        OfAttack("PGD, targeted", Pgd, new() { Target = "TargetLabel" }),
        new(
            "PGD, labels are numbers", fruit => fruit.Test,
            fruit => fruit.Ml.Transforms.AdversarialAttack(fruit.Coded, Pgd, new() { Label = "CodeLabel" }), AttackOutputs),
        new(
            "PGD, binary", fruit => fruit.Test,
            fruit => fruit.Ml.Transforms.AdversarialAttack(fruit.Binary, Pgd, new() { Label = "IsApple" }), AttackOutputs),
        OfTransformation(new BitDepthReduction { Bits = 3 }, null),
        OfTransformation(new MedianSmoothing { Range = new(-1, 2) }, [2, 2, 2]),
        OfTransformation(new JpegCompression(), [1, 2, 4]),
        OfTransformation(new TotalVariationMinimisation(), [2, 2, 2]),
        OfTransformation(new RandomResizePad { SmallestSize = 0.4 }, [1, 2, 4]),
        OfTransformation(new ThermometerEncoding { Levels = 5 }, null),
        new(
            "network behind a transformation", fruit => fruit.Train,
            fruit => fruit.Ml.Transforms.BitDepthReduction("Few", "Features", bits: 3).Append(Fruit.TrainerOn(fruit.Ml, "Few", epochs: 3)),
            ["Few", .. ScoreColumns]),
        new(
            "explanations behind a transformation", fruit => Few(fruit).Fit(fruit.Test).Transform(fruit.Test), ExplanationsOfFew,
            ["Part", .. ConfusingOutputs]),
        new("PGD through transformations", fruit => fruit.Test, fruit => ThroughTransformations(fruit), AttackOutputs),
    ];

    private static IEstimator<ITransformer> Coded(MLContext ml)
    {
        var options = Fruit.Options(epochs: 3);
        options.LabelColumnName = "CodeLabel";
        return ml.MulticlassClassification.Trainers.NeuralNetwork(options);
    }

    private static InputTransformationEstimator Few(FittedFruit fruit) => fruit.Ml.Transforms.BitDepthReduction("Few", "Features", bits: 3);

    private static IEstimator<ITransformer> ExplanationsOfFew(FittedFruit fruit)
    {
        var model = Few(fruit).Append(Fruit.TrainerOn(fruit.Ml, "Few", epochs: 3)).Fit(fruit.Train);
        return fruit.Ml.Transforms.InputGradient(model, "Part").Append(fruit.Ml.Transforms.ConfusingLogits(model));
    }

    private static AdversarialAttackEstimator ThroughTransformations(FittedFruit fruit)
    {
        var transforms = fruit.Ml.Transforms;
        var model = transforms.MedianSmoothing("Smooth", "Features", imageShape: [1, 2, 4])
            .Append(transforms.ThermometerEncoding("Few", "Smooth", levels: 4)).Append(Fruit.TrainerOn(fruit.Ml, "Few", epochs: 3)).Fit(fruit.Train);
        return transforms.AdversarialAttack(model, Pgd);
    }

    private static EstimatorCase OfTransformation(InputTransformation transformation, int[]? imageShape) => new(
        transformation.GetType().Name, fruit => fruit.Test,
        fruit => fruit.Ml.Transforms.InputTransformation("Transformed", transformation, "Features", imageShape), ["Transformed"]);

    private static EstimatorCase OfDetector(Detector detector) => new(
        detector.GetType().Name, fruit => fruit.Test, fruit => fruit.Ml.Transforms.DetectorScore(detector, fruit.Network), [detector.GetType().Name]);

    private static EstimatorCase OfAttack(string name, Attack attack, AttackColumns columns) =>
        new(name, fruit => fruit.Test, fruit => fruit.Ml.Transforms.AdversarialAttack(fruit.Network, attack, columns), AttackOutputs);
}

/// <summary>One estimator of the table.</summary>
/// <param name="Name">What failures are called by.</param>
/// <param name="Input">The rows it is fitted on and applied to.</param>
/// <param name="Create">Makes the estimator.</param>
/// <param name="Added">The columns it adds.</param>
internal sealed record EstimatorCase(
    string Name, Func<FittedFruit, IDataView> Input, Func<FittedFruit, IEstimator<ITransformer>> Create, IReadOnlyList<string> Added);
