using Thaw.MicroBenchmarks.Store;

// Measures parts of Thaw on one core, on the caller's own data. Prints one JSON object a line.
switch (args)
{
    case ["version"]:
        Console.WriteLine(ImageBenchmark.Description);
        return 0;
    case ["image", "--work", string work, string image]:
        await ImageBenchmark.RunAsync(image, work, CancellationToken.None);
        return 0;
    case ["store", .. string[] rest] when StoreArguments.TryParse(rest, out StoreArguments? arguments):
        Console.Error.WriteLine("Figures of one core: nothing else should run on the machine.");
        SealBenchmark.Run(arguments);
        await TreeBenchmark.RunAsync(arguments, CancellationToken.None);
        return 0;
    default:
        Console.Error.WriteLine(
            """
            usage: Thaw.MicroBenchmarks store [--chunk-kib 64,128,256,512] [--rounds 3] IMAGE...
                   Thaw.MicroBenchmarks image --work DIR IMAGE
                   Thaw.MicroBenchmarks version

            store: IMAGE... are memory images of one guest, each taken after the one before: they become layers over
            one another. Prints how quickly chunks of each image are sealed and opened, then what the layers weigh.

            image: stores IMAGE in DIR/store and restores it into DIR/restored, as ./dev bench store has it done.
            """);
        return 2;
}
