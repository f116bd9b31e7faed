using TorchSharp;

float sum = torch.ones(3).sum().item<float>();
if (sum != 3)
{
    Console.Error.WriteLine($"Expected three ones to sum to 3, got {sum}.");
    return 1;
}

// The package's own types go here: detect, attack and defend in one small pipeline.

Console.WriteLine("ok");
return 0;
