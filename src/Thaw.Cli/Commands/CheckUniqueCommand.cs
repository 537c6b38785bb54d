using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Thaw.Cli.Client;
using Thaw.ControlPlane.Wire;
using Thaw.Worker;

namespace Thaw.Cli.Commands;

/// <summary><c>thaw check unique</c></summary>
internal static class CheckUniqueCommand
{
    private const int ClonesDefault = 8;
    private const int ClonesMin = 2;
    private const int ClonesMax = 64;
    private const double BytesPerMib = 1024 * 1024;

    internal static Command Create(CliConsole console)
    {
        Argument<string> function = new("function") { Description = "A published version: NAME:VERSION." };
        Option<int> clones = new("--clones")
        {
            Description = $"How many clones to compare, {ClonesMin} to {ClonesMax}.",
            DefaultValueFactory = _ => ClonesDefault,
        };
        clones.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < ClonesMin or > ClonesMax)
            {
                result.AddError($"--clones must be {ClonesMin} to {ClonesMax}.");
            }
        });
        Option<string> payload = new("--payload", "-p")
        {
            Description = "The event that each clone gets, as JSON, or @FILE.",
            DefaultValueFactory = _ => "{}",
            HelpName = "JSON",
        };
        Command command = new(
            "unique",
            "Start clones, send each the same event, and report every random-looking value that two of them came to: "
            + "in answers, in logs, in the memory that they wrote. What the function comes to without a snapshot "
            + "too is not reported. Ends with 4 where something repeats.")
        {
            function, clones, payload,
        };
        HelpWithExamples.Add(command, """
              thaw check unique hello:1
              thaw check unique hello:1 --clones 20 --payload @event.json --json
            """);
        command.SetAction(async (result, cancellationToken) =>
        {
            (string name, string version) = CheckCommand.Split(result.GetRequiredValue(function));
            using ThawClient client = GlobalOptions.ClientOf(result);
            UniquenessReport report = await client.CheckAsync(
                name, version,
                string.Create(CultureInfo.InvariantCulture, $"unique?Clones={result.GetValue(clones)}"),
                await ReadAsync(result.GetValue(payload)!, cancellationToken).ConfigureAwait(false),
                ThawJsonContext.Default.UniquenessReport, cancellationToken).ConfigureAwait(false);
            if (result.GetValue(GlobalOptions.Json))
            {
                console.Out.WriteLine(JsonSerializer.Serialize(report, CliOwnJsonContext.Default.UniquenessReport));
            }
            else
            {
                Write(console, report);
            }
            return report.IsUnique ? ExitCodes.Ok : ExitCodes.CheckFound;
        });
        return command;
    }

    private static async Task<byte[]> ReadAsync(string payload, CancellationToken cancellationToken)
    {
        if (!payload.StartsWith('@'))
        {
            return Encoding.UTF8.GetBytes(payload);
        }
        return File.Exists(payload[1..])
            ? await File.ReadAllBytesAsync(payload[1..], cancellationToken).ConfigureAwait(false)
            : throw new CliException($"There is no file {payload[1..]} with a payload.", ExitCodes.Usage);
    }

    private static void Write(CliConsole console, UniquenessReport report)
    {
        foreach (RepeatedValue value in report.Repeated)
        {
            Write(console, "REPEATS", value);
        }
        foreach (RepeatedValue value in report.FromSnapshot)
        {
            Write(console, "note: made in init, the same in all clones:", value);
        }
        if (report.Errors > 0)
        {
            console.Error.WriteLine($"thaw: {report.Errors} clones answered with an error of the function.");
        }
        string found = report.IsUnique
            ? "no value repeats" : $"{report.Repeated.Count + report.Unlisted} values repeat";
        console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.CloneIds.Count} clones, {report.WrittenBytes / BytesPerMib:F1} MiB written by them: {found}."));
    }

    private static void Write(CliConsole console, string what, RepeatedValue value)
    {
        console.Out.WriteLine($"{what} {value.Value}");
        foreach (ValuePlace place in value.Places)
        {
            string where = place.Where == "memory"
                ? string.Create(CultureInfo.InvariantCulture, $"memory at 0x{place.Offset:x}") : place.Where;
            console.Out.WriteLine($"    clone {place.CloneId}: {where}");
            if (place.Location is { } location)
            {
                console.Out.WriteLine($"        {location}");
            }
        }
        if (value.Nearby is not null)
        {
            console.Out.WriteLine($"    near \"{value.Nearby}\"");
        }
    }
}
