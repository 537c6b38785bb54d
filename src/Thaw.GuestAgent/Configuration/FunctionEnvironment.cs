using System.Globalization;
using Thaw.Protocol;

namespace Thaw.GuestAgent.Configuration;

/// <summary>Which program a function is, and what it finds around it.</summary>
internal static class FunctionEnvironment
{
    /// <summary>Where the deployment package is, as the function sees it.</summary>
    internal const string TaskRoot = "/var/task";

    /// <summary>Where the runtime is, as the function sees it.</summary>
    internal const string RuntimeDirectory = "/var/runtime";

    private const string CustomRuntimePrefix = "provided";
    private const string PythonRuntimePrefix = "python3.";
    private const string NodeRuntimePrefix = "nodejs";
    private const string NodeOptions = "NODE_OPTIONS";
    private const string NodePreload = $"--require={RuntimeDirectory}/unique.cjs";
    private const string DotnetRuntimePrefix = "dotnet";
    private const string DotnetProgram = "/usr/share/dotnet/dotnet";
    private const string PreparationVariable = "THAW_RUNTIME_PREPARE";

    private static readonly string[] s_startVariables =
    [
        "PYTHON", "NODE_", "UV_", "DOTNET_", "CORECLR_", "COMPlus_", "LD_", "LC_", "LANG", "MALLOC_", "GLIBC_",
        "OPENSSL_", "SSL_", "TMPDIR",
    ];

    /// <summary>Begins like one that Node.js reads, and is the packages' alone.</summary>
    private const string NodeEnvironment = "NODE_ENV";

    /// <summary>What to start for a configuration.</summary>
    internal static FunctionStart Start(Configure configuration, string runtimeApiAddress, string taskRoot)
    {
        Dictionary<string, string> variables = Defaults(configuration.Runtime);
        foreach ((string name, string value) in configuration.Environment)
        {
            // What makes clones unique comes before whatever the function has Node.js load.
            variables[name] = name == NodeOptions && IsNode(configuration.Runtime) ? $"{NodePreload} {value}" : value;
        }
        AddReserved(variables, configuration, runtimeApiAddress);
        variables["LAMBDA_TASK_ROOT"] = taskRoot;
        return new FunctionStart
        {
            Arguments = Program(configuration.Runtime, taskRoot),
            Environment = [.. variables.Select(pair => $"{pair.Key}={pair.Value}")],
            Directory = taskRoot,
        };
    }

    /// <summary>What to start before the function is known; null where the runtime can't be started so.</summary>
    internal static FunctionStart? Preparation(string runtime, string runtimeApiAddress, string taskRoot)
    {
        if (!IsPython(runtime) && !IsNode(runtime) && !IsDotnet(runtime))
        {
            return null;
        }
        Dictionary<string, string> variables = Defaults(runtime);
        variables["AWS_LAMBDA_RUNTIME_API"] = runtimeApiAddress;
        variables["LAMBDA_RUNTIME_DIR"] = RuntimeDirectory;
        variables[PreparationVariable] = "1";
        return new FunctionStart
        {
            Arguments = Program(runtime, taskRoot),
            Environment = [.. variables.Select(pair => $"{pair.Key}={pair.Value}")],
            Directory = taskRoot,
        };
    }

    /// <summary>
    /// Whether a runtime that is started already can take these variables: some are read when a process starts, and
    /// by the loader, the C library or the interpreter rather than by the function.
    /// </summary>
    internal static bool SuitsStarted(IReadOnlyDictionary<string, string> environment) =>
        !environment.Keys.Any(name => name != NodeEnvironment
            && s_startVariables.Any(start => name.StartsWith(start, StringComparison.Ordinal)));

    private static bool IsPython(string runtime) =>
        runtime.StartsWith(PythonRuntimePrefix, StringComparison.Ordinal)
        && !runtime.Contains('/', StringComparison.Ordinal);

    private static bool IsNode(string runtime) => runtime.StartsWith(NodeRuntimePrefix, StringComparison.Ordinal);

    private static bool IsDotnet(string runtime) =>
        runtime.StartsWith(DotnetRuntimePrefix, StringComparison.Ordinal)
        && !runtime.Contains('/', StringComparison.Ordinal);

    private static IReadOnlyList<string> Program(string runtime, string taskRoot)
    {
        if (IsDotnet(runtime))
        {
            return [DotnetProgram, $"{RuntimeDirectory}/Thaw.FunctionRuntime.dll"];
        }
        if (IsPython(runtime))
        {
            return [$"/usr/bin/{runtime}", $"{RuntimeDirectory}/bootstrap.py"];
        }
        if (IsNode(runtime))
        {
            return ["/usr/bin/node", $"{RuntimeDirectory}/bootstrap.cjs"];
        }
        return runtime.StartsWith(CustomRuntimePrefix, StringComparison.Ordinal)
            ? [$"{taskRoot}/bootstrap"] : [$"{RuntimeDirectory}/bootstrap"];
    }

    private static Dictionary<string, string> Defaults(string runtime)
    {
        Dictionary<string, string> variables = new(StringComparer.Ordinal)
        {
            ["PATH"] = "/usr/local/bin:/usr/bin:/bin:/opt/bin",
            ["LD_LIBRARY_PATH"] = "/var/task:/var/task/lib:/opt/lib",
            ["LANG"] = "C.UTF-8",
            ["TZ"] = ":UTC",
            ["HOME"] = "/tmp",
        };
        if (IsNode(runtime))
        {
            variables[NodeOptions] = NodePreload;
            variables["NODE_PATH"] = $"/opt/nodejs/node_modules:{RuntimeDirectory}:{TaskRoot}";
        }
        if (IsDotnet(runtime))
        {
            // A thread and a socket for debuggers, which cannot come in here.
            variables["DOTNET_EnableDiagnostics"] = "0";
        }
        return variables;
    }

    private static void AddReserved(
        Dictionary<string, string> variables, Configure configuration, string runtimeApiAddress)
    {
        variables["_HANDLER"] = configuration.Handler;
        variables["AWS_DEFAULT_REGION"] = configuration.Region;
        variables["AWS_EXECUTION_ENV"] = $"AWS_Lambda_{configuration.Runtime}";
        variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] =
            configuration.MemorySizeMb.ToString(CultureInfo.InvariantCulture);
        variables["AWS_LAMBDA_FUNCTION_NAME"] = configuration.FunctionName;
        variables["AWS_LAMBDA_FUNCTION_VERSION"] = configuration.FunctionVersion;
        variables["AWS_LAMBDA_INITIALIZATION_TYPE"] = configuration.SnapStart ? "snap-start" : "on-demand";
        variables["AWS_LAMBDA_RUNTIME_API"] = runtimeApiAddress;
        variables["AWS_REGION"] = configuration.Region;
        variables["LAMBDA_RUNTIME_DIR"] = RuntimeDirectory;
        // Clones have log streams of their own, and an environment is as old as its process: Lambda has neither of the
        // two for functions with SnapStart.
        if (configuration is { SnapStart: false, LogGroup: { } group })
        {
            variables["AWS_LAMBDA_LOG_GROUP_NAME"] = group;
        }
        if (configuration is { SnapStart: false, LogStream: { } stream })
        {
            variables["AWS_LAMBDA_LOG_STREAM_NAME"] = stream;
        }
    }
}
