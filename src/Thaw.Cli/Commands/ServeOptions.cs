using System.CommandLine;
using Microsoft.Extensions.Logging;
using Thaw.ControlPlane;
using Thaw.Worker;

namespace Thaw.Cli.Commands;

/// <summary>The options of <c>thaw serve</c>.</summary>
internal sealed class ServeOptions
{
    private const long BytesPerMib = 1024 * 1024;

    /// <summary>The share of the machine's memory that microVMs may be counted with.</summary>
    private const int MemoryPercent = 80;

    private readonly Option<string> _data = new("--data")
    {
        Description = "Database, packages, snapshots and running microVMs.",
        DefaultValueFactory = _ => DefaultPaths.Data,
    };

    private readonly Option<string?> _images = new("--images")
    {
        Description = "What thaw image build made [images under --data].",
    };

    private readonly Option<string?> _store = new("--store")
    {
        Description = "The store of snapshots: a directory or s3://BUCKET/PREFIX [store under --data].",
        HelpName = "DIR|URL",
    };

    private readonly Option<string?> _s3Endpoint = new("--s3-endpoint")
    {
        Description = "The address of a server that speaks S3, for --store s3://... [AWS].",
        HelpName = "URL",
    };

    private readonly Option<string?> _keyFile = new("--key-file")
    {
        Description = "The master keys of accounts and service [keys/keys.json under --data].",
    };

    private readonly Option<int> _storeCache =
        Number("--store-cache", "MiB of a remote store that are kept on this disk.", 8192, 64);

    private readonly Option<int> _collection = Number(
        "--gc-interval", "Seconds between collections of the store's garbage; 0 for none.", 3600, 0, 30 * 86_400);

    private readonly Option<string> _pager = new("--pager")
    {
        Description = "The pager, thaw-pager; without it clones' memory comes from files.",
        DefaultValueFactory = _ => DefaultPaths.Pager,
    };

    private readonly Option<MemorySource> _memory = new("--memory")
    {
        Description = "Where clones' memory comes from: images that they share, filled from the store as they are "
            + "touched, or a file for each version on this disk.",
        DefaultValueFactory = _ => MemorySource.Images,
        HelpName = "images|files",
    };

    private readonly Option<bool> _noPrefetch = new("--no-prefetch")
    {
        Description = "Bring memory only when it is touched: to measure what bringing it ahead is worth.",
    };

    private readonly Option<string> _monitor = new("--vmm")
    {
        Description = "The monitor, thaw-vmm.", DefaultValueFactory = _ => DefaultPaths.Monitor,
    };

    private readonly Option<string> _listen = new("--listen")
    {
        Description = "The address to listen on.", DefaultValueFactory = _ => "http://127.0.0.1:7777",
    };

    private readonly Option<int> _maxMicrovms = Number("--max-microvms", "The most microVMs at once.", 64, 1);

    private readonly Option<int?> _maxMemory = new("--max-memory")
    {
        Description = $"The most memory for microVMs in MiB [{MemoryPercent} % of the machine's].",
    };

    private readonly Option<int> _maxQueued = Number("--max-queued", "The most requests that wait for room.", 256);

    private readonly Option<int> _pooled = Number("--pooled-monitors", "Monitors to start ahead of need.", 2);

    private readonly Option<int> _idlePerVersion =
        Number("--idle-per-version", "The most idle microVMs kept for each version.", 4);

    private readonly Option<int> _idleTimeout = Number("--idle-timeout", "Seconds that an idle microVM is kept.", 300);

    private readonly Option<int> _bootTimeout = Number("--boot-timeout", "Seconds for a microVM to boot.", 60, 1, 3600);

    private readonly Option<int?> _initTimeout = new("--init-timeout")
    {
        Description = "Seconds for a function's init, at most 900 [the larger of 130 and the function's own timeout].",
    };

    private readonly Option<int> _restoreTimeout =
        Number("--restore-timeout", "Seconds for a runtime's restore and after-restore hooks.", 10, 1, 60);

    private readonly Option<string[]> _bootArguments = new("--boot-args")
    {
        Description = "Further words for the guest kernel's command line. May be given several times.",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<LogLevel> _logLevel = new("--log-level")
    {
        Description = "From which level on to log, on standard error.",
        DefaultValueFactory = _ => LogLevel.Information,
    };

    /// <summary>Has a command take these options.</summary>
    internal void AddTo(Command command)
    {
        // The guest's agent takes no longer limit: Lambda's own.
        Bound(_initTimeout, 1, 900);
        Bound(_maxMemory, 1, int.MaxValue);
        Option[] all =
        [
            _data, _images, _store, _s3Endpoint, _keyFile, _storeCache, _collection, _pager, _memory, _noPrefetch,
            _monitor, _listen,
            _maxMicrovms, _maxMemory, _maxQueued, _pooled, _idlePerVersion,
            _idleTimeout, _bootTimeout, _initTimeout, _restoreTimeout, _bootArguments, _logLevel,
        ];
        foreach (Option option in all)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>What the command line says of the worker.</summary>
    internal WorkerOptions ReadWorker(ParseResult result)
    {
        string data = Path.GetFullPath(result.GetValue(_data)!);
        return new WorkerOptions
        {
            DataDirectory = data,
            ImagesDirectory = result.GetValue(_images) ?? DefaultPaths.ImagesOf(data),
            PagerPath = Path.GetFullPath(result.GetValue(_pager)!),
            MemorySource = result.GetValue(_memory),
            Prefetch = !result.GetValue(_noPrefetch),
            StoreLocation = StoreOf(result.GetValue(_store)),
            S3Endpoint = EndpointOf(result.GetValue(_s3Endpoint)),
            KeyFile = result.GetValue(_keyFile) is { } file ? Path.GetFullPath(file) : null,
            StoreCacheBytesMax = result.GetValue(_storeCache) * BytesPerMib,
            MonitorPath = Path.GetFullPath(result.GetValue(_monitor)!),
            MicrovmsMax = result.GetValue(_maxMicrovms),
            MemoryMibMax = result.GetValue(_maxMemory)
                ?? (int)(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / BytesPerMib * MemoryPercent / 100),
            QueuedMax = result.GetValue(_maxQueued),
            PooledMonitors = result.GetValue(_pooled),
            IdlePerVersionMax = result.GetValue(_idlePerVersion),
            IdleTimeout = TimeSpan.FromSeconds(result.GetValue(_idleTimeout)),
            BootTimeout = TimeSpan.FromSeconds(result.GetValue(_bootTimeout)),
            InitTimeout = result.GetValue(_initTimeout) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            RestoreTimeout = TimeSpan.FromSeconds(result.GetValue(_restoreTimeout)),
            ExtraBootArguments = string.Join(' ', result.GetValue(_bootArguments)!),
        };
    }

    /// <summary>What the command line says of the control plane.</summary>
    internal ControlPlaneOptions ReadControlPlane(ParseResult result) => new()
    {
        DataDirectory = Path.GetFullPath(result.GetValue(_data)!),
        Listen = result.GetValue(_listen)!,
        CollectionInterval = TimeSpan.FromSeconds(result.GetValue(_collection)),
        LogLevel = result.GetValue(_logLevel),
    };

    private static string? StoreOf(string? text)
    {
        if (text is null)
        {
            return null;
        }
        if (!text.Contains("://", StringComparison.Ordinal))
        {
            return Path.GetFullPath(text);
        }
        return text.StartsWith("s3://", StringComparison.Ordinal)
            ? text
            : throw new CliException($"--store takes a directory or s3://BUCKET/PREFIX, not {text}.", ExitCodes.Usage);
    }

    private static Uri? EndpointOf(string? text)
    {
        if (text is null)
        {
            return null;
        }
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme is ("http" or "https")
            ? uri
            : throw new CliException(
                $"--s3-endpoint must look like http://127.0.0.1:9000, not {text}.", ExitCodes.Usage);
    }

    private static Option<int> Number(
        string name, string description, int standard, int min = 0, int max = 1_000_000)
    {
        Option<int> option = new(name) { Description = description, DefaultValueFactory = _ => standard };
        Bound(option, min, max);
        return option;
    }

    private static void Bound(Option option, int min, int max) => option.Validators.Add(result =>
    {
        if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int value)
            && (value < min || value > max))
        {
            result.AddError($"{option.Name} takes {min} to {max}, not {value}.");
        }
    });
}
