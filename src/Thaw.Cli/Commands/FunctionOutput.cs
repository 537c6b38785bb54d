using System.Text.Json;
using Spectre.Console;
using Thaw.ControlPlane.Wire;

namespace Thaw.Cli.Commands;

/// <summary>Writes what the service says of functions.</summary>
internal static class FunctionOutput
{
    internal static void Write(CliConsole console, FunctionConfiguration function, bool json)
    {
        if (json)
        {
            console.Out.WriteLine(JsonSerializer.Serialize(function, CliJsonContext.Default.FunctionConfiguration));
            return;
        }
        Table table = CliConsole.NewTable("", "");
        table.HideHeaders();
        void Row(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                table.AddRow(Markup.Escape(name), Markup.Escape(value));
            }
        }
        Row("name", function.FunctionName);
        Row("version", function.Version);
        Row("state", function.State);
        Row("reason", function.StateReason);
        Row("snapshot", SnapshotOf(function));
        Row("runtime", function.Runtime);
        Row("handler", function.Handler);
        Row("memory", $"{function.MemorySize} MB");
        Row("timeout", $"{function.Timeout} s");
        Row("code", $"{function.CodeSize} bytes, sha256 {function.CodeSha256}");
        Row("modified", function.LastModified);
        Row("arn", function.FunctionArn);
        foreach ((string name, string value) in function.Environment?.Variables ?? new Dictionary<string, string>())
        {
            Row("environment", $"{name}={value}");
        }
        console.WriteTable(table);
    }

    internal static void WriteList(CliConsole console, IEnumerable<FunctionConfiguration> functions)
    {
        Table table = CliConsole.NewTable("NAME", "VERSION", "STATE", "SNAPSHOT", "RUNTIME", "MEMORY", "MODIFIED");
        foreach (FunctionConfiguration function in functions)
        {
            table.AddRow(
                Markup.Escape(function.FunctionName), Markup.Escape(function.Version),
                Markup.Escape(function.State ?? ""), SnapshotOf(function), Markup.Escape(function.Runtime ?? ""),
                $"{function.MemorySize} MB", Markup.Escape(function.LastModified ?? ""));
        }
        console.WriteTable(table);
    }

    /// <summary>
    /// "on" where this version starts from one, "4 variants" where it does from one of several, "published versions"
    /// where its versions will, else "-".
    /// </summary>
    private static string SnapshotOf(FunctionConfiguration function) => function.SnapStart switch
    {
        { OptimizationStatus: "On", Variants: { } variants } => $"{variants} variants",
        { OptimizationStatus: "On" } => "on",
        { ApplyOn: SnapStart.PublishedVersions } => "published versions",
        _ => "-",
    };
}
