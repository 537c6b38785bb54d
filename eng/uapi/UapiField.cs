namespace Thaw.Uapi;

/// <summary>A field of a C struct.</summary>
/// <param name="Path">C path of the member, such as <c>exception.nr</c>.</param>
/// <param name="Dimensions">Number of array dimensions; 0 for a scalar or struct.</param>
/// <param name="TypeOverride">C# type of the field or array element; empty to derive it from the header.</param>
public sealed record UapiField(string Path, int Dimensions, string TypeOverride)
{
    /// <summary>Name of the C# field.</summary>
    public string Name => Path.Replace('.', '_');

    /// <summary>C expression suffix that names one element of the array.</summary>
    public string ElementSuffix => string.Concat(Enumerable.Repeat("[0]", Dimensions));

    /// <summary>Reads <c>path[][]:type</c>.</summary>
    public static UapiField Parse(string text)
    {
        string[] parts = text.Split(':');
        string path = parts[0].Replace("[]", "", StringComparison.Ordinal);
        int dimensions = (parts[0].Length - path.Length) / 2;
        return new UapiField(path, dimensions, parts.Length > 1 ? parts[1] : "");
    }
}
