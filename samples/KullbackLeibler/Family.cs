namespace KullbackLeibler;

/// <summary>A point of a family of distributions and a direction to move it in.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Moves">What moves.</param>
/// <param name="Divergence">KL(p(θ + ε·direction) ‖ p(θ)) for a given ε.</param>
/// <param name="QuadraticForm">ΔᵀFΔ with Δ = ε·direction for a given ε.</param>
internal sealed record Family(string Name, string Moves, Func<double, double> Divergence, Func<double, double> QuadraticForm);
