using System.Text;
using Thaw.Protocol;

namespace Thaw.GuestAgent.Configuration;

/// <summary>What a configuration must keep to before any of it is used.</summary>
internal static class ConfigurationRules
{
    /// <summary>Names that only the agent gives values to, as on Lambda.</summary>
    internal static readonly IReadOnlySet<string> ReservedVariables = new HashSet<string>(StringComparer.Ordinal)
    {
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
    };

    /// <summary>Checks a configuration.</summary>
    /// <exception cref="ConfigurationException">It breaks a rule; the message says which and with what.</exception>
    internal static void Check(Configure configuration)
    {
        if (configuration.ProtocolVersion != ProtocolLimits.Version)
        {
            throw new ConfigurationException(
                $"The host speaks protocol version {configuration.ProtocolVersion}, "
                + $"this agent {ProtocolLimits.Version}.");
        }
        Within("timeoutMs", configuration.TimeoutMs, 1, AgentLimits.TimeoutMsMax);
        Within("initTimeoutMs", configuration.InitTimeoutMs, 1, AgentLimits.TimeoutMsMax);
        Within("memorySizeMb", configuration.MemorySizeMb, AgentLimits.MemorySizeMbMin, AgentLimits.MemorySizeMbMax);
        Within("codeSizeBytes", configuration.CodeSizeBytes, 1, AgentLimits.PackageSizeBytesMax);
        if (!configuration.CodeDevice.StartsWith("/dev/", StringComparison.Ordinal)
            || configuration.CodeDevice.Contains("..", StringComparison.Ordinal))
        {
            throw new ConfigurationException($"codeDevice \"{configuration.CodeDevice}\" is not a device.");
        }
        string[] texts =
        [
            configuration.FunctionName, configuration.FunctionVersion, configuration.FunctionArn, configuration.Handler,
            configuration.Runtime, configuration.Region, configuration.LogGroup ?? "", configuration.LogStream ?? "",
        ];
        foreach (string text in texts)
        {
            RefuseControls("configuration", text);
        }
        CheckEnvironment(configuration.Environment);
    }

    private static void CheckEnvironment(IReadOnlyDictionary<string, string> environment)
    {
        if (environment.Count > AgentLimits.EnvironmentVariablesMax)
        {
            throw new ConfigurationException(
                $"{environment.Count} environment variables are beyond {AgentLimits.EnvironmentVariablesMax}.");
        }
        int bytes = 0;
        foreach ((string name, string value) in environment)
        {
            if (!IsVariableName(name))
            {
                throw new ConfigurationException($"\"{name}\" can't be the name of an environment variable.");
            }
            if (ReservedVariables.Contains(name))
            {
                throw new ConfigurationException($"The environment variable {name} is reserved.");
            }
            if (value.Contains('\0', StringComparison.Ordinal))
            {
                throw new ConfigurationException($"The environment variable {name} has a zero character.");
            }
            bytes += Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(value);
        }
        Within("environment's bytes", bytes, 0, AgentLimits.EnvironmentBytesMax);
    }

    private static bool IsVariableName(string name)
    {
        foreach (char character in name)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character != '_')
            {
                return false;
            }
        }
        return name.Length > 0 && !char.IsAsciiDigit(name[0]);
    }

    private static void RefuseControls(string what, string text)
    {
        foreach (char character in text)
        {
            if (char.IsControl(character))
            {
                throw new ConfigurationException($"The {what} has control characters.");
            }
        }
    }

    private static void Within(string name, long value, long min, long max)
    {
        if (value < min || value > max)
        {
            throw new ConfigurationException($"{name} {value} is not within {min} and {max}.");
        }
    }
}
