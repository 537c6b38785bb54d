namespace Thaw.Uapi;

/// <summary>A C struct and the fields of it that are emitted.</summary>
/// <param name="Name">The C name without <c>struct</c>.</param>
public sealed record UapiStruct(string Name)
{
    /// <summary>The fields, in the allow-list's order.</summary>
    public List<UapiField> Fields { get; } = [];
}
