using Microsoft.ML.Adversarial.Attacks.RandomSearch;
using static TorchSharp.torch;

namespace Microsoft.ML.Adversarial.Attacks.ScoreBased;

/// <summary>
/// One low frequency of one channel each: columns of the inverse discrete cosine transform (DCT-II, orthonormal), in two dimensions for images and
/// in one for anything else (Guo et al. 2019, arXiv:1905.07121, section 3).
/// </summary>
internal sealed class CosineDirections : SearchDirections
{
    private readonly ImageShape _shape;
    private readonly Tensor _rowWaves;
    private readonly Tensor _columnWaves;

    /// <param name="shape">Where the features lie.</param>
    /// <param name="share">Share of the frequencies of each side that is used, at least one.</param>
    /// <param name="device">Where directions are made.</param>
    public CosineDirections(ImageShape shape, double share, Device device)
    {
        _shape = shape;
        _rowWaves = Waves(shape.Height, share, device);
        _columnWaves = Waves(shape.Width, share, device);
    }

    public override int Count => _shape.Channels * (int)(_rowWaves.shape[0] * _columnWaves.shape[0]);

    public override Tensor Of(Tensor indices, Tensor like)
    {
        var (rows, columns) = (_rowWaves.shape[0], _columnWaves.shape[0]);
        var frequency = indices.remainder(rows * columns);
        var waves = _rowWaves.index_select(0, frequency.floor_divide(columns)).unsqueeze(2)
            * _columnWaves.index_select(0, frequency.remainder(columns)).unsqueeze(1);
        var channel = nn.functional.one_hot(indices.floor_divide(rows * columns), _shape.Channels).to(like.dtype);
        return (channel.unsqueeze(2).unsqueeze(3) * waves.to(like.dtype).unsqueeze(1)).reshape(like.shape);
    }

    // Row k: √(2/n)·cos((2i + 1)kπ/2n), the constant one √(1/n).
    private static Tensor Waves(int length, double share, Device device)
    {
        var count = Math.Clamp((int)Math.Ceiling(share * length), 1, length);
        var frequency = arange(count, ScalarType.Float64).unsqueeze(1);
        var place = arange(length, ScalarType.Float64).mul_(2).add_(1).unsqueeze(0);
        var waves = (frequency * place).mul_(Math.PI / (2 * length)).cos_().mul_(Math.Sqrt(2.0 / length));
        waves[0].fill_(Math.Sqrt(1.0 / length));
        return waves.to(device);
    }
}
