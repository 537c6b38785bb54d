using System.Text;
using System.Text.RegularExpressions;
using Thaw.ControlPlane.Wire;
using Thaw.Worker;

namespace Thaw.ControlPlane.Functions;

/// <summary>What configuration of a function is allowed.</summary>
internal static partial class FunctionRules
{
    private const int DefaultMemorySizeMb = 128;
    private const int DefaultTimeoutSeconds = 3;

    /// <summary>The names that the runtime sets itself, as on Lambda.</summary>
    private static readonly string[] s_reservedVariables =
    [
        "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
        "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
    ];

    internal static int MemorySize(int? value, int standard = DefaultMemorySizeMb)
    {
        int size = value ?? standard;
        return size is >= ServiceLimits.MemorySizeMbMin and <= ServiceLimits.MemorySizeMbMax
            ? size
            : throw Constraint(size.ToString(), "memorySize",
                $"Member must have value from {ServiceLimits.MemorySizeMbMin} to {ServiceLimits.MemorySizeMbMax}");
    }

    internal static int Timeout(int? value, int standard = DefaultTimeoutSeconds)
    {
        int seconds = value ?? standard;
        return seconds is >= 1 and <= ServiceLimits.TimeoutSecondsMax
            ? seconds
            : throw Constraint(seconds.ToString(), "timeout",
                $"Member must have value from 1 to {ServiceLimits.TimeoutSecondsMax}");
    }

    internal static string Handler(string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            throw LambdaError.Invalid("Handler must be given.");
        }
        return value.Length <= ServiceLimits.HandlerLengthMax && !value.Any(char.IsWhiteSpace)
            && !value.Any(char.IsControl)
            ? value
            : throw Constraint(value, "handler",
                $"Member must be at most {ServiceLimits.HandlerLengthMax} characters without spaces");
    }

    /// <summary>
    /// The runtime, if there is an image of it, or if there are no images that it could be checked against.
    /// </summary>
    internal static string Runtime(string? value, IReadOnlyCollection<string> available)
    {
        if (string.IsNullOrEmpty(value))
        {
            throw LambdaError.Invalid("Runtime must be given.");
        }
        if (!RuntimePattern().IsMatch(value) || (available.Count > 0 && !available.Contains(value)))
        {
            throw Constraint(value, "runtime",
                $"Member must satisfy enum value set: [{string.Join(", ", available)}] (the images on this machine; "
                + "thaw image build --runtime NAME makes others)");
        }
        return value;
    }

    internal static string Description(string? value) =>
        value is null || value.Length <= ServiceLimits.DescriptionLengthMax
            ? value ?? ""
            : throw Constraint(value, "description",
                $"Member must have length less than or equal to {ServiceLimits.DescriptionLengthMax}");

    internal static bool SnapStart(SnapStart? value) => value?.ApplyOn switch
    {
        null or Wire.SnapStart.None => false,
        Wire.SnapStart.PublishedVersions => true,
        string other => throw Constraint(other, "snapStart.applyOn",
            "Member must satisfy enum value set: [PublishedVersions, None]"),
    };

    internal static int Variants(int? value) =>
        value is null or (>= 1 and <= FunctionSpec.VariantsMax)
            ? value ?? 1
            : throw LambdaError.Invalid($"Variants must be a number from 1 to {FunctionSpec.VariantsMax}.");

    internal static IReadOnlyDictionary<string, string> Environment(FunctionEnvironment? value)
    {
        IReadOnlyDictionary<string, string> variables = value?.Variables ?? new Dictionary<string, string>();
        long size = 0;
        foreach ((string name, string text) in variables)
        {
            size += Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(text ?? "");
            if (!VariablePattern().IsMatch(name) || text is null || text.Contains('\0'))
            {
                throw Constraint(name, "environment.variables",
                    "Names must be letters, digits and underscores and start with a letter; values must be text");
            }
            if (s_reservedVariables.Contains(name))
            {
                throw LambdaError.Invalid(
                    "Lambda was unable to configure your environment variables because the environment variables you "
                    + "have provided contains reserved keys that are currently not supported for modification. "
                    + $"Reserved keys used in this request: {name}");
            }
        }
        return size <= ServiceLimits.EnvironmentSizeBytesMax
            ? variables
            : throw LambdaError.Invalid(
                "Lambda was unable to configure your environment variables because the environment variables you have "
                + $"provided exceeded the {ServiceLimits.EnvironmentSizeBytesMax / 1024}KB limit.");
    }

    /// <summary>The deployment package, if it looks like a zip. What is in it is for the guest to read.</summary>
    internal static byte[] Code(byte[]? zip, string? bucket, string? imageUri)
    {
        if (bucket is not null || imageUri is not null)
        {
            throw LambdaError.Invalid("Only ZipFile is supported as the source of code.");
        }
        if (zip is null || zip.Length == 0)
        {
            throw LambdaError.Invalid("Please provide a source for function code.");
        }
        if (zip.Length > ServiceLimits.CodeSizeBytesMax)
        {
            throw LambdaError.TooLarge(ServiceLimits.CodeSizeBytesMax, "CreateFunction");
        }
        return LooksLikeZip(zip)
            ? zip
            : throw LambdaError.Invalid(
                "Could not unzip uploaded file. Please check your file, then try to upload again.");
    }

    internal static void RefuseUnsupported(
        string? packageType, IReadOnlyList<string>? architectures, IReadOnlyList<string>? layers)
    {
        if (packageType is not (null or "Zip"))
        {
            throw LambdaError.Invalid($"PackageType {packageType} is not supported: only Zip is.");
        }
        if (architectures is not null && architectures.Any(name => name != "x86_64"))
        {
            throw LambdaError.Invalid("Only the architecture x86_64 is supported.");
        }
        if (layers is { Count: > 0 })
        {
            throw LambdaError.Invalid("Layers are not supported.");
        }
    }

    private static bool LooksLikeZip(ReadOnlySpan<byte> bytes)
    {
        const int EmptyZipSizeBytes = 22;
        return bytes.Length >= EmptyZipSizeBytes
            && (bytes.StartsWith("PK\x03\x04"u8) || bytes.StartsWith("PK\x05\x06"u8));
    }

    private static LambdaException Constraint(string value, string where, string constraint)
    {
        string shown = value.Length <= 80 ? value : value[..80] + "...";
        return LambdaError.Invalid(
            $"1 validation error detected: Value '{shown}' at '{where}' failed to satisfy constraint: {constraint}");
    }

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9._-]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex RuntimePattern();

    [GeneratedRegex(@"\A[a-zA-Z][a-zA-Z0-9_]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex VariablePattern();
}
