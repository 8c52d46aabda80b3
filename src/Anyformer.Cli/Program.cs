using Anyformer.Cli;

return await CommandLine.Run(args);
