using Microsoft.ML.Adversarial.Networks.Layers;

namespace Microsoft.ML.Adversarial.Networks;

/// <content>Architectures ready to be bound to data: input shape and number of classes are left open.</content>
public sealed partial record NetworkDefinition
{
    /// <summary>Two hidden layers of 256 and 128 ReLU units, for any input: images are flattened, vectors taken as they are.</summary>
    public static NetworkDefinition MultilayerPerceptron { get; } = new()
    {
        Layers =
        [
            new FlattenLayer(), new LinearLayer(256), new ReLULayer(), new LinearLayer(128), new ReLULayer(), new LinearLayer(),
        ],
    };

    /// <summary>Two 5×5 convolutions of 16 and 32 channels with pooling, then 128 units: images of at least 16×16 pixels.</summary>
    public static NetworkDefinition SmallConvNet { get; } = new()
    {
        Layers =
        [
            new Conv2dLayer(16, 5), new ReLULayer(), new MaxPool2dLayer(2),
            new Conv2dLayer(32, 5), new ReLULayer(), new MaxPool2dLayer(2),
            new FlattenLayer(), new LinearLayer(128), new ReLULayer(), new LinearLayer(),
        ],
    };

    /// <summary>
    /// A small residual network for colour images: a 3×3 convolution, three residual blocks of 16, 32 and 64 channels, global average
    /// pooling. After He et al. 2016 (arXiv:1512.03385, section 4.2), with one block per stage and 1×1 convolutions as shortcuts.
    /// </summary>
    public static NetworkDefinition ResNet { get; } = new()
    {
        Layers =
        [
            new Conv2dLayer(16, 3, padding: 1, bias: false), new BatchNorm2dLayer(), new ReLULayer(),
            ResidualBlock(16, stride: 1, changesShape: false), new ReLULayer(),
            ResidualBlock(32, stride: 2, changesShape: true), new ReLULayer(),
            ResidualBlock(64, stride: 2, changesShape: true), new ReLULayer(),
            new AdaptiveAvgPool2dLayer(1), new FlattenLayer(), new LinearLayer(),
        ],
    };

    /// <summary>
    /// The MNIST network of Papernot et al. 2016 (defensive distillation, arXiv:1511.04508, table I), also used by Carlini and Wagner
    /// 2017 (arXiv:1608.04644): 3×3 convolutions 32, 32, pool, 64, 64, pool, then 200 and 200 units with dropout 0.5 between them.
    /// </summary>
    public static NetworkDefinition PapernotMnist { get; } = Papernot(32, 64, 200);

    /// <summary>
    /// The CIFAR-10 network of Papernot et al. 2016 (arXiv:1511.04508, table I), also used by Carlini and Wagner 2017
    /// (arXiv:1608.04644): 3×3 convolutions 64, 64, pool, 128, 128, pool, then 256 and 256 units with dropout 0.5 between them.
    /// </summary>
    public static NetworkDefinition PapernotCifar { get; } = Papernot(64, 128, 256);

    private static ResidualLayer ResidualBlock(int channels, int stride, bool changesShape) => new(
        [
            new Conv2dLayer(channels, 3, stride, padding: 1, bias: false), new BatchNorm2dLayer(), new ReLULayer(),
            new Conv2dLayer(channels, 3, padding: 1, bias: false), new BatchNorm2dLayer(),
        ],
        changesShape ? [new Conv2dLayer(channels, 1, stride, bias: false), new BatchNorm2dLayer()] : null);

    private static NetworkDefinition Papernot(int firstChannels, int secondChannels, int units) => new()
    {
        Layers =
        [
            new Conv2dLayer(firstChannels, 3), new ReLULayer(), new Conv2dLayer(firstChannels, 3), new ReLULayer(), new MaxPool2dLayer(2),
            new Conv2dLayer(secondChannels, 3), new ReLULayer(), new Conv2dLayer(secondChannels, 3), new ReLULayer(), new MaxPool2dLayer(2),
            new FlattenLayer(), new LinearLayer(units), new ReLULayer(), new DropoutLayer(0.5), new LinearLayer(units), new ReLULayer(),
            new LinearLayer(),
        ],
    };
}
