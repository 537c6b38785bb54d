using Thaw.MicroBenchmarks.Store;

// Measures parts of Thaw on one core, on the caller's own data. Prints one JSON object a line.
if (args is not ["store", .. string[] rest] || !StoreArguments.TryParse(rest, out StoreArguments? arguments))
{
    Console.Error.WriteLine(
        """
        usage: Thaw.MicroBenchmarks store [--chunk-kib 64,128,256,512] [--rounds 3] IMAGE...

        IMAGE... are memory images of one guest, each taken after the one before: they become layers over one another.
        Prints how quickly chunks of each image are sealed and opened, then what the layers weigh.
        """);
    return 2;
}
Console.Error.WriteLine(
    "Figures of one core: nothing else should run on the machine.");
SealBenchmark.Run(arguments);
await TreeBenchmark.RunAsync(arguments, CancellationToken.None);
return 0;
