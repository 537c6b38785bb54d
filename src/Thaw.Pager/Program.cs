using System.Runtime.InteropServices;
using Thaw.Linux;
using Thaw.Pager.CommandLine;
using Thaw.Pager.Control;
using Thaw.Pager.Fetching;
using Thaw.Pager.Layers;

namespace Thaw.Pager;

/// <summary>Entry point of <c>thaw-pager</c>.</summary>
internal static class Program
{
    private const int ArgumentFault = 2;

    /// <summary>Runs the pager.</summary>
    internal static async Task<int> Main(string[] arguments)
    {
        PagerLog log = new(Console.Error, TimeProvider.System);
        try
        {
            PagerOptions options = PagerArguments.Parse(arguments);
            if (options.Shows is { } shown)
            {
                Console.Out.Write(shown == "--help" ? PagerArguments.Help : $"thaw-pager v{Version}\n");
                return 0;
            }
            await RunAsync(options, log).ConfigureAwait(false);
            return 0;
        }
        catch (PagerArgumentException e)
        {
            Console.Error.WriteLine($"Error: {e.Message}\n\n{PagerArguments.Help}");
            return ArgumentFault;
        }
        catch (IOException e)
        {
            log.Write(e.Message);
            return 1;
        }
    }

    private static string Version => typeof(Program).Assembly.GetName().Version?.ToString(fieldCount: 3) ?? "0";

    private static async Task RunAsync(PagerOptions options, PagerLog log)
    {
        using CancellationTokenSource end = new();
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            end.Cancel();
        }

        if (options.EndsWithParent)
        {
            WatchParent();
        }
        Directory.CreateDirectory(options.RunFolder);
        File.SetUnixFileMode(
            options.RunFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string workingSets = options.WorkingSetFolder ?? Path.Combine(options.RunFolder, "working-sets");
        PagerServiceOptions service = new(options.RunFolder, new FetchOptions { Patience = options.Patience });
        using StoreStack? store = StoreStack.Open(options);
        FileOpener files = new(workingSets);
        IReadOnlyList<ISourceOpener> openers = store is null ? [files] : [store.Opener, files];
        using PagerService pager = new(service, openers, log, TimeProvider.System);
        using ControlServer server = new(pager, options.ControlSocket, log);
        RemoveLeftOverSockets(options.RunFolder);
        log.Write($"v{Version} listens at {options.ControlSocket}.");
        try
        {
            await server.RunAsync(end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            log.Write("It ends, and with it the clones that it serves.");
        }
    }

    // Of a pager that died here; nobody listens on them.
    private static void RemoveLeftOverSockets(string folder)
    {
        foreach (string path in Directory.EnumerateFiles(folder, "start-*.sock"))
        {
            File.Delete(path);
        }
    }

    private static void WatchParent()
    {
        PidFd parent = PidFd.OpenParent();
        Thread watch = new(() =>
        {
            PollSet set = new(1);
            set.Add(parent, PollEvents.Readable);
            set.Wait(timeoutMs: -1);
            ProcessEnd.Now(1);
        })
        {
            IsBackground = true,
            Name = "parent-watch",
        };
        watch.Start();
    }
}
