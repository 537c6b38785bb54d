namespace Thaw.FunctionRuntime.Api;

/// <summary>An answer of the Runtime API.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Headers">Its headers; names in any case.</param>
/// <param name="Body">Its body.</param>
internal sealed record ApiAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>A header; empty where there is none.</summary>
    internal string Header(string name) => Headers.GetValueOrDefault(name, "");
}
