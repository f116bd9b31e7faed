namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>A pipeline that takes part, and its options.</summary>
internal sealed record Candidate(string Name, SearchSpace Space, Func<MLContext, TrialParameters, IEstimator<ITransformer>> Create);
