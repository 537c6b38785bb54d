using Thaw.Cli;

return await CommandLine.RunAsync(args, CliConsole.OfProcess(), CancellationToken.None);
