using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Thaw.ControlPlane.Functions;
using Thaw.ControlPlane.Http;
using Thaw.ControlPlane.Storage;
using Thaw.Worker;

namespace Thaw.ControlPlane;

/// <summary>A service that runs: Lambda's API over HTTP in front of a worker.</summary>
public sealed class ControlPlaneServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly Database _database;
    private readonly FunctionService _functions;
    private readonly Publisher _publisher;
    private readonly EventQueue _events;
    private readonly SnapshotCompactor _compactor;
    private readonly StoreUpkeep _upkeep;
    private readonly InvocationLog _log;

    private ControlPlaneServer(
        WebApplication application, Database database, IFunctionHost host, TimeProvider time,
        ControlPlaneOptions options)
    {
        ILoggerFactory loggers = application.Services.GetRequiredService<ILoggerFactory>();
        _application = application;
        _database = database;
        FunctionStore store = new(database);
        _publisher = new Publisher(store, host, loggers.CreateLogger<Publisher>());
        DroppedSnapshots dropped = new(store, host, time);
        _functions = new FunctionService(
            store, new CodeStore(options.DataDirectory), host, _publisher, dropped, time);
        _log = new InvocationLog(new InvocationStore(database), loggers.CreateLogger<InvocationLog>());
        Invoker invoker = new(host, _functions, _log, time, loggers.CreateLogger<Invoker>());
        _events = new EventQueue(invoker, loggers.CreateLogger<EventQueue>());

        _compactor = new SnapshotCompactor(store, host, dropped);
        _upkeep = new StoreUpkeep(
            options.CollectionInterval, host, dropped, _compactor, time, loggers.CreateLogger<StoreUpkeep>());

        application.UseMiddleware<ErrorBoundary>();
        application.UseRouting();
        new FunctionsApi(_functions).Map(application);
        new InvokeApi(_functions, invoker, _events, time).Map(application);
        new ThawApi(_functions, host, _log, time.GetUtcNow()).Map(application);
        new SnapshotsApi(host.Tree, _compactor).Map(application);
        new ChecksApi(_functions, invoker, host).Map(application);
    }

    /// <summary>Where the service listens.</summary>
    public Uri Endpoint { get; private set; } = null!;

    /// <summary>Starts a service. The worker stays its caller's.</summary>
    /// <exception cref="IOException">The address is in use, or the data directory can't be written.</exception>
    /// <exception cref="InvalidDataException">The database is from a newer Thaw.</exception>
    public static async Task<ControlPlaneServer> StartAsync(
        ControlPlaneOptions options, IFunctionHost host, TimeProvider time, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.DataDirectory);
        Database database = Database.Open(Path.Combine(options.DataDirectory, "thaw.db"));
        ControlPlaneServer server;
        try
        {
            server = new ControlPlaneServer(Build(options), database, host, time, options);
        }
        catch
        {
            database.Dispose();
            throw;
        }
        try
        {
            await server._functions.RecoverAsync().ConfigureAwait(false);
            await server._application.StartAsync(cancellationToken).ConfigureAwait(false);
            server.Endpoint = new Uri(server._application.Services.GetRequiredService<IServer>().Features
                .Get<IServerAddressesFeature>()!.Addresses.First());
            return server;
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Ends when the process is told to end, or <paramref name="cancellationToken"/> is cancelled.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken) =>
        _application.WaitForShutdownAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync().ConfigureAwait(false);
        await _upkeep.DisposeAsync().ConfigureAwait(false);
        _compactor.Dispose();
        await _publisher.DisposeAsync().ConfigureAwait(false);
        await _events.DisposeAsync().ConfigureAwait(false);
        await _log.DisposeAsync().ConfigureAwait(false);
        _functions.Dispose();
        _database.Dispose();
    }

    private static WebApplication Build(ControlPlaneOptions options)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            // Nothing is read from the directory that the service happens to be started in.
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Logging.ClearProviders();
        builder.Logging.SetMinimumLevel(options.LogLevel);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        // Standard output is for what a caller may parse.
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        Uri listen = new(options.Listen);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Bodies are bounded per operation; this is the bound of the largest, with room to answer politely.
            kestrel.Limits.MaxRequestBodySize = 2L * ServiceLimits.CodeRequestSizeBytesMax;
            kestrel.Listen(AddressOf(listen), listen.Port);
        });
        return builder.Build();
    }

    private static IPAddress AddressOf(Uri listen)
    {
        if (listen.Scheme != "http" || listen.AbsolutePath != "/")
        {
            throw new IOException($"The address to listen on must look like http://127.0.0.1:7777, not {listen}.");
        }
        if (IPAddress.TryParse(listen.Host.Trim('[', ']'), out IPAddress? address))
        {
            return address;
        }
        return listen.Host == "localhost"
            ? IPAddress.Loopback
            : Dns.GetHostAddresses(listen.Host, AddressFamily.InterNetwork).FirstOrDefault()
                ?? throw new IOException($"The host name {listen.Host} has no address to listen on.");
    }
}
