using System.CommandLine;
using Microsoft.ML.Adversarial.Tool;

return await AdversarialCommandLine.RunAsync(args, new InvocationConfiguration());
