using Microsoft.ML.Adversarial.Classifiers;
using Microsoft.ML.Adversarial.Networks;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Fisher;

/// <summary>
/// What a direction v in parameter space does to the logits: u = Jv, J = ∂z/∂θ, each row along its own v, by one double backward pass:
/// the gradients g(w) = Jᵀw are linear in the cotangent w, so that u = ∂⟨g(w), v⟩/∂w. The cost does not depend on the number of classes.
/// </summary>
/// <param name="Inputs">The leaf that the pass ran on, shape [N, …].</param>
/// <param name="Logits">Shape [N, C], in the graph.</param>
/// <param name="Targets">What v moves: the outputs of layers, or the parameters themselves.</param>
/// <param name="Moves">How v, held constant and divided by the scales, moves these; in the graph if asked for.</param>
/// <param name="Tangent">u for v divided by the scales, shape [N, C], detached.</param>
/// <param name="Frame">The predicted classes and probabilities.</param>
/// <param name="SquaredNorms">‖v‖² per row, for v divided by the scales.</param>
/// <param name="Scales">What each row's v was divided by.</param>
/// <param name="HasConstantGradients">
/// Whether gradients with respect to the targets are known not to change with the input, but for what the moves among them say of it.
/// </param>
/// <param name="ImageGradient">What takes cotangents of the first target back to the inputs; null where only the graph does.</param>
internal sealed record TangentPass(
    Tensor Inputs, Tensor Logits, Tensor[] Targets, Tensor[] Moves, Tensor Tangent, DifferenceFrame Frame, double[] SquaredNorms, double[] Scales,
    bool HasConstantGradients = false, Func<Tensor, Tensor>? ImageGradient = null)
{
    /// <summary>Runs on the rows together if the network's layers allow, or else one by one; the graph lives within the callback only.</summary>
    /// <param name="classifier">The network.</param>
    /// <param name="rows">Shape [N, …].</param>
    /// <param name="direction">v.</param>
    /// <param name="labels">N classes, if the direction needs them.</param>
    /// <param name="differentiable">Whether the moves can be differentiated in the inputs.</param>
    /// <param name="each">Gets the index of the first row and the pass.</param>
    public static void Run(
        NetworkClassifier classifier, Tensor rows, FisherDirection direction, IReadOnlyList<long>? labels, bool differentiable, Action<int, TangentPass> each)
    {
        if (direction is RandomDirection random)
        {
            ParameterGraph.Run(classifier, parameters =>
            {
                using var scope = NewDisposeScope();
                each(0, Along(random, classifier, parameters, rows));
                return true;
            });
            return;
        }

        var classes = (ClassFisherDirection)direction;
        using var outer = NewDisposeScope();
        if (RecordedPass.TryRun(classifier, rows) is { } recorded)
        {
            var pass = Along(classes, recorded, labels, differentiable);
            each(0, pass with { HasConstantGradients = classifier.Taps.HasKnownCurvature, ImageGradient = ImageGradientOf(classifier, recorded, pass) });
            return;
        }

        ParameterGraph.Run(classifier, parameters =>
        {
            for (var row = 0; row < rows.shape[0]; row++)
            {
                using var scope = NewDisposeScope();
                var label = labels is null ? null : new[] { labels[row] };
                each(row, Along(classes, classifier, parameters, rows.narrow(0, row, 1), label));
            }

            return true;
        });
    }

    /// <summary>vᵀFv and ‖v‖² of each row.</summary>
    public FisherForm[] Forms()
    {
        using var scope = NewDisposeScope();
        var tangent = HostDoubles.Of(Tangent).Values;
        var forms = new FisherForm[Frame.Rows];
        var differences = new double[Frame.Classes - 1];
        for (var row = 0; row < forms.Length; row++)
        {
            FillDifferences(tangent, row, differences);
            forms[row] = FisherForm.Of(differences, Frame.Others(row), SquaredNorms[row], Scales[row]);
        }

        return forms;
    }

    /// <summary>u of each class but the predicted one, minus u of that.</summary>
    public void FillDifferences(ReadOnlySpan<double> tangent, int row, Span<double> differences)
    {
        var start = row * Frame.Classes;
        var predicted = tangent[start + Frame.Predicted(row)];
        for (var position = 0; position < differences.Length; position++)
        {
            differences[position] = tangent[start + Frame.ClassAt(row, position)] - predicted;
        }
    }

    private static Func<Tensor, Tensor>? ImageGradientOf(NetworkClassifier classifier, RecordedPass recorded, TangentPass pass) =>
        classifier.Module is NetworkModule network && pass.Targets.Length > 0 && recorded.Recording.Uses[0] is var use
        && ReferenceEquals(pass.Targets[0], use.Output) && ReferenceEquals(use.Layer, network.Layers[0])
            ? network.ImageGradient(recorded.Inputs)
            : null;

    // By layer rules, all rows at once: v enters through the tangents that it gives the layers' outputs.
    private static TangentPass Along(ClassFisherDirection direction, RecordedPass pass, IReadOnlyList<long>? labels, bool differentiable)
    {
        using var grad = enable_grad();
        var (frame, cotangent, scales) = Cotangent(direction, pass.Logits, labels);
        if (pass.Recording.Uses.Count == 0)
        {
            return new(pass.Inputs, pass.Logits, [], [], zeros_like(pass.Logits), frame, new double[frame.Rows], scales);
        }

        if (!differentiable && pass.Recording.Tail.Count == pass.Recording.Uses.Count)
        {
            var (tangent, norm) = DenseTangent.Of(pass, cotangent.detach());
            return new(pass.Inputs, pass.Logits, [], [], tangent, frame, DoubleArray.Of(norm), scales);
        }

        var (uses, curves) = (pass.Recording.Uses, differentiable ? pass.Recording.Curves : []);
        Tensor[] outputs = [.. uses.Select(use => use.Output), .. curves.Select(curve => curve.Input)];
        var gradients = autograd.grad([pass.Logits], outputs, [cotangent], retain_graph: true, create_graph: true, allow_unused: true);
        var (reached, targets, moves, norms) = (new List<Tensor>(), new List<Tensor>(), new List<Tensor>(), new List<Tensor>());
        foreach (var (use, gradient) in uses.Zip(gradients).Where(pair => !pair.Second.IsInvalid))
        {
            var fixedGradient = gradient.detach();
            var move = use.Move(fixedGradient, differentiable);
            reached.Add(gradient);
            targets.Add(use.Output);
            moves.Add(move);
            using var noGrad = no_grad();
            norms.Add((move * fixedGradient).flatten(1).sum(1));
        }

        var bent = curves.Zip(gradients.Skip(uses.Count)).Where(pair => !pair.Second.IsInvalid).ToArray();
        var tangents = Derivatives(reached, [cotangent, .. bent.Select(pair => pair.Second)], moves);
        foreach (var ((input, output), tangent) in bent.Select(pair => pair.First).Zip(tangents.Skip(1)).Where(pair => !pair.Second.IsInvalid))
        {
            // Tangents t at the input of a function a leave it as a′t: with t held constant, the slope's change is one more move.
            var slope = autograd.grad([output], [input], [ones_like(output)], retain_graph: true, create_graph: true)[0];
            targets.Add(output);
            moves.Add(slope * tangent.detach());
        }

        var squares = DoubleArray.Of(stack(norms, 0).sum(0, type: ScalarType.Float64));
        return new(pass.Inputs, pass.Logits, [.. targets], [.. moves], tangents[0], frame, squares, scales);
    }

    // By the gradient of all parameters, for one row.
    private static TangentPass Along(
        ClassFisherDirection direction, NetworkClassifier classifier, Tensor[] parameters, Tensor row, long[]? label)
    {
        var leaf = RecordedPass.Leaf(row);
        var logits = classifier.Logits(leaf);
        RecordedPass.RequireGraph(logits);
        var (frame, cotangent, scales) = Cotangent(direction, logits, label);
        var gradients = autograd.grad([logits], parameters, [cotangent], retain_graph: true, create_graph: true, allow_unused: true);
        var (reached, targets) = Reached(gradients, parameters);
        var v = reached.ConvertAll(gradient => gradient.detach());
        var norm = v.Sum(gradient => gradient.to(ScalarType.Float64).square().sum().item<double>());
        return new(leaf, logits, [.. targets], [.. v], Derivative(reached, cotangent, v), frame, [norm], scales);
    }

    // One direction for all rows.
    private static TangentPass Along(RandomDirection direction, NetworkClassifier classifier, Tensor[] parameters, Tensor rows)
    {
        var leaf = RecordedPass.Leaf(rows);
        var logits = classifier.Logits(leaf);
        RecordedPass.RequireGraph(logits);
        var cotangent = zeros_like(logits).requires_grad_();
        var gradients = autograd.grad([logits], parameters, [cotangent], retain_graph: true, create_graph: true, allow_unused: true);
        var (reached, targets) = Reached(gradients, parameters);
        var v = Reached(gradients, direction.Draw(parameters)).Of;
        var ones = Enumerable.Repeat(1.0, (int)rows.shape[0]).ToArray();
        return new(leaf, logits, [.. targets], [.. v], Derivative(reached, cotangent, v), DifferenceFrame.Of(logits), ones, ones);
    }

    // Leaves out what the logits do not depend on.
    private static (List<Tensor> Gradients, List<Tensor> Of) Reached(IEnumerable<Tensor> gradients, Tensor[] of)
    {
        var pairs = gradients.Zip(of).Where(pair => !pair.First.IsInvalid).ToArray();
        return ([.. pairs.Select(pair => pair.First)], [.. pairs.Select(pair => pair.Second)]);
    }

    private static Tensor Derivative(List<Tensor> gradients, Tensor cotangent, List<Tensor> moves) => Derivatives(gradients, [cotangent], moves)[0];

    private static IList<Tensor> Derivatives(List<Tensor> gradients, Tensor[] cotangents, List<Tensor> moves) =>
        autograd.grad(gradients, cotangents, moves.ConvertAll(move => move.detach()), retain_graph: true, allow_unused: true);

    private static (DifferenceFrame Frame, Tensor Cotangent, double[] Scales) Cotangent(
        ClassFisherDirection direction, Tensor logits, IReadOnlyList<long>? labels)
    {
        var frame = DifferenceFrame.Of(logits);
        var (cotangent, scales) = ClassDirection.Of(frame, logits, row => direction.ClassOf(frame, row, labels));
        return (frame, cotangent.requires_grad_(), scales);
    }
}
