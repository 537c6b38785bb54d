using Thaw.FunctionRuntime.Faults;

namespace Thaw.FunctionRuntime.Handlers;

/// <summary>The name of a handler: <c>Assembly::Namespace.Type::Method</c>.</summary>
internal sealed record HandlerName(string Assembly, string Type, string Method)
{
    private const int PartCount = 3;

    /// <summary>Reads a name.</summary>
    /// <exception cref="Fault">It is none.</exception>
    internal static HandlerName Parse(string text)
    {
        string[] parts = text.Split("::");
        // A name, not a path: the assembly is in the function's own folder.
        return parts.Length == PartCount
            && parts.All(part => part.Length > 0 && !part.Contains('/', StringComparison.Ordinal))
            ? new HandlerName(parts[0], parts[1], parts[2])
            : throw new Fault(
                Fault.MalformedHandlerName, $"Bad handler '{text}': it must be Assembly::Namespace.Type::Method");
    }
}
