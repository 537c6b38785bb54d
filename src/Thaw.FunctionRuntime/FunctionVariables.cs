using Thaw.FunctionRuntime.Clones;

namespace Thaw.FunctionRuntime;

/// <summary>The environment variables that make a runtime a function's.</summary>
internal static class FunctionVariables
{
    internal const string RuntimeApi = "AWS_LAMBDA_RUNTIME_API";
    internal const string Prepare = "THAW_RUNTIME_PREPARE";
    internal const string Handler = "_HANDLER";
    internal const string TaskRoot = "LAMBDA_TASK_ROOT";
    internal const string InitializationType = "AWS_LAMBDA_INITIALIZATION_TYPE";
    internal const string TraceId = "_X_AMZN_TRACE_ID";

    private const string SnapStart = "snap-start";

    /// <summary>Whether a snapshot will be taken after init.</summary>
    internal static bool HasSnapStart => Get(InitializationType) == SnapStart;

    /// <summary>A variable; empty where there is none.</summary>
    internal static string Get(string name) => Environment.GetEnvironmentVariable(name) ?? "";

    /// <summary>Has these in the place of all that there are, for managed code as for native libraries.</summary>
    internal static void Replace(IReadOnlyDictionary<string, string> variables)
    {
        foreach (object name in Environment.GetEnvironmentVariables().Keys)
        {
            Environment.SetEnvironmentVariable((string)name, null);
        }

        _ = Libc.ClearEnvironment();
        foreach ((string name, string value) in variables)
        {
            Environment.SetEnvironmentVariable(name, value);
            _ = Libc.SetEnvironment(name, value, overwrite: 1);
        }

        TimeZoneInfo.ClearCachedData();
    }
}
