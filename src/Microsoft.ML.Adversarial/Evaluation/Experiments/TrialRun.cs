using System.Diagnostics;
using Microsoft.ML.Adversarial.Evaluation.Robustness;
using Microsoft.ML.Adversarial.Evaluation.Systems;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Adversarial.Evaluation.Experiments;

/// <summary>Runs trials, each in a context of its own.</summary>
internal sealed class TrialRun(
    IHostEnvironment environment, IChannel log, RobustnessExperimentSettings settings, TrialData data, ExperimentTime time)
{
    /// <summary>Trains and evaluates; what goes wrong is in the result.</summary>
    /// <exception cref="OperationCanceledException">Cancelled before it was finished.</exception>
    public RobustnessTrial Run(TrialPlan plan)
    {
        var (training, evaluation) = (new Stopwatch(), new Stopwatch());
        var trial = new RobustnessTrial(plan, settings);
        try
        {
            List<RobustnessMetrics> evaluations = [];
            List<SystemMetrics> systems = [];
            List<double[]> measures = [];
            ITransformer? model = null;
            foreach (var (train, test) in data.Splits)
            {
                var ml = Context(plan);
                model = Fit(ml, plan, train, training);
                evaluation.Start();
                // First, since what cannot be evaluated is known at once.
                if (settings.Detection is { } detection && SystemOfModel.HasDetectors(model))
                {
                    systems.Add(EvaluateDetection(ml, model, test, detection));
                }

                evaluations.Add(Evaluate(ml, model, test));
                measures.Add([.. settings.Measures.Select(measure => measure.Measure(ml, model, test))]);
                evaluation.Stop();
                time.ThrowIfOver();
            }

            // The models of folds have not seen all rows.
            model = data.Test is null ? Fit(Context(plan), plan, data.Train, training) : model;
            var finished = trial with
            {
                Evaluations = evaluations,
                Systems = systems,
                Measures = settings.Measures.Index().ToDictionary(
                    measure => measure.Item.Name, measure => measures.Average(values => values[measure.Index])),
                TrainingTime = training.Elapsed,
                EvaluationTime = evaluation.Elapsed,
                Model = model,
            };
            return finished with { MetricValue = settings.OptimizingMetric.Of(finished) };
        }
        catch (Exception) when (time.Ending.IsCancellationRequested)
        {
            throw new OperationCanceledException(time.Ending);
        }
        catch (Exception error)
        {
            return trial with { TrainingTime = training.Elapsed, EvaluationTime = evaluation.Elapsed, Exception = error };
        }
    }

    /// <summary>A context of the trial's own, on the same device as the experiment's, whose log hears of its warnings.</summary>
    public MLContext Context(TrialPlan plan)
    {
        var ml = new MLContext(plan.Seed(settings.Seed));
        if (environment is IHostEnvironmentInternal outer)
        {
            (ml.GpuDeviceId, ml.FallbackToCpu, ml.TempFilePath) = (outer.GpuDeviceId, outer.FallbackToCpu, outer.TempFilePath);
        }

        ml.Log += (_, message) =>
        {
            if (message.Kind is ChannelMessageKind.Warning or ChannelMessageKind.Error)
            {
                log.Warning(MessageSensitivity.None, "Trial '{0}': {1}", plan, message.Message);
            }
        };
        return ml;
    }

    private ITransformer Fit(MLContext ml, TrialPlan plan, IDataView train, Stopwatch watch)
    {
        watch.Start();
        try
        {
            var pipeline = plan.Candidate.Create(ml, plan.Parameters)
                ?? throw new InvalidOperationException($"Candidate '{plan.Candidate.Name}': expected a pipeline, got null.");
            // Trainers look at it between epochs.
            using var ending = time.Ending.Register(ml.CancelExecution);
            time.ThrowIfOver();
            var model = pipeline.Fit(data.Part(train, plan.TrainingFraction))
                ?? throw new InvalidOperationException($"Candidate '{plan.Candidate.Name}': expected a fitted model, got null.");
            time.ThrowIfOver();
            return model;
        }
        finally
        {
            watch.Stop();
        }
    }

    private RobustnessMetrics Evaluate(MLContext ml, ITransformer model, IDataView test)
    {
        var metrics = ml.MulticlassClassification.EvaluateRobustness(
            model, test, settings.Suite, settings.LabelColumnName, settings.Robustness with { Cancellation = time.Ending });
        return metrics.Record.IsComplete ? metrics : throw new OperationCanceledException(time.Ending);
    }

    private SystemMetrics EvaluateDetection(MLContext ml, ITransformer model, IDataView test, DetectionSettings detection)
    {
        SystemOfModel.RequireAllEvaluated(model);
        var metrics = ml.MulticlassClassification.EvaluateRobustDetection(
            model, test, detection.CalibrationRows, settings.Suite, detection.FalsePositiveRate, settings.LabelColumnName,
            detection.Options with { Cancellation = time.Ending });
        return metrics.Record.IsComplete ? metrics : throw new OperationCanceledException(time.Ending);
    }
}
