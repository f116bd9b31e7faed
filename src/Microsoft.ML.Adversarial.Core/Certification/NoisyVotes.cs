using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Norms;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Certification;

/// <summary>Counts the classes that a classifier predicts for one row under Gaussian noise: SampleUnderNoise of Cohen et al.</summary>
/// <param name="classifier">The base classifier.</param>
/// <param name="sigma">The standard deviation of the noise.</param>
/// <param name="batchSize">Noisy inputs per forward pass.</param>
/// <param name="run">Seed and cancellation.</param>
internal sealed class NoisyVotes(IClassifier classifier, double sigma, int batchSize, SmoothingRun run)
{
    /// <summary>The votes, one number per class, or null if the run was cancelled.</summary>
    /// <param name="row">Shape [1, …].</param>
    /// <param name="key">The row's key.</param>
    /// <param name="samples">How many noisy inputs.</param>
    /// <param name="stream">Which of the row's random streams: different ones are independent.</param>
    public long[]? Count(Tensor row, long key, long samples, long stream)
    {
        // A row by itself: what shares its forward pass, and with it every rounding, is the same whatever batch the row came in.
        var random = new RowRandom(run.Seed, [key], stream);
        var votes = new long[classifier.ClassCount];
        for (var done = 0L; done < samples; done += batchSize)
        {
            if (run.Cancellation.IsCancellationRequested)
            {
                return null;
            }

            using var scope = NewDisposeScope();
            var like = row.new_empty([Math.Min(batchSize, samples - done), .. row.shape[1..]]);

            // Not clipped to the bounds: the certificate is that of Gaussian noise. A classifier scores outside of its bounds too.
            var noisy = random.Normal(like).mul_(sigma).add_(row);
            var classes = classifier.Logits(noisy).argmax(1).cpu();
            foreach (var predicted in classes.data<long>())
            {
                votes[predicted]++;
            }
        }

        return votes;
    }
}
