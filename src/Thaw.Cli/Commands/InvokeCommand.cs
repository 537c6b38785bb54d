using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Thaw.Cli.Client;

namespace Thaw.Cli.Commands;

/// <summary><c>thaw invoke</c></summary>
internal static class InvokeCommand
{
    internal static Command Create(CliConsole console)
    {
        Argument<string> name = new("name") { Description = "NAME for $LATEST, or NAME:VERSION." };
        Option<string> payload = new("--payload", "-p")
        {
            Description = "The event as JSON, @FILE for a file with it, or - for standard input.",
            DefaultValueFactory = _ => "{}",
            HelpName = "JSON",
        };
        Option<bool> log = new("--log") { Description = "Show the end of the log, on standard error." };
        Option<bool> fresh = new("--fresh") { Description = "In a new microVM, which ends after the answer." };
        Option<bool> asEvent = new("--event") { Description = "Do not wait for the answer." };
        Option<bool> dryRun = new("--dry-run") { Description = "Only check whether it could be run." };
        Command command = new(
            "invoke",
            "Invoke a function. The answer goes to standard "
            + "output, everything else to standard error.")
        {
            name, payload, log, fresh, asEvent, dryRun,
        };
        HelpWithExamples.Add(command, """
              thaw invoke hello --payload '{"name":"you"}'
              thaw invoke hello:1 --payload @event.json --log --fresh
            """);
        command.SetAction(async (result, cancellationToken) =>
        {
            using ThawClient client = GlobalOptions.ClientOf(result);
            List<(string, string)> headers = [];
            if (result.GetValue(log))
            {
                headers.Add(("X-Amz-Log-Type", "Tail"));
            }
            if (result.GetValue(fresh))
            {
                headers.Add(("X-Thaw-Fresh", "1"));
            }
            if (result.GetValue(asEvent) || result.GetValue(dryRun))
            {
                headers.Add(("X-Amz-Invocation-Type", result.GetValue(dryRun) ? "DryRun" : "Event"));
            }
            byte[] body = await ReadPayloadAsync(console, result.GetValue(payload)!, cancellationToken)
                .ConfigureAwait(false);
            InvokeResult outcome = await client.InvokeAsync(
                result.GetRequiredValue(name), body, headers, cancellationToken).ConfigureAwait(false);
            Write(console, outcome, result.GetValue(GlobalOptions.Json));
            return outcome.FunctionError is null ? ExitCodes.Ok : ExitCodes.FunctionError;
        });
        return command;
    }

    private static async Task<byte[]> ReadPayloadAsync(
        CliConsole console, string payload, CancellationToken cancellationToken)
    {
        if (payload == "-")
        {
            using MemoryStream bytes = new();
            await console.In.CopyToAsync(bytes, cancellationToken).ConfigureAwait(false);
            return bytes.ToArray();
        }
        if (!payload.StartsWith('@'))
        {
            return Encoding.UTF8.GetBytes(payload);
        }
        string path = payload[1..];
        return File.Exists(path)
            ? await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false)
            : throw new CliException($"There is no file {path} with a payload.", ExitCodes.Usage);
    }

    private static void Write(CliConsole console, InvokeResult outcome, bool json)
    {
        if (json)
        {
            console.Out.WriteLine(JsonSerializer.Serialize(outcome, CliOwnJsonContext.Default.InvokeResult));
            return;
        }
        if (outcome.Payload is not null)
        {
            console.Out.WriteLine(outcome.Payload.ToJsonString());
        }
        if (outcome.Log is not null)
        {
            console.Error.Write(outcome.Log);
        }
        if (outcome.StartKind is not null)
        {
            console.Error.WriteLine(Summarise(outcome));
        }
        if (outcome.FunctionError is not null)
        {
            console.Error.WriteLine($"thaw: the function failed ({outcome.FunctionError})");
        }
    }

    private static string Summarise(InvokeResult outcome)
    {
        const double BytesPerMib = 1024 * 1024;
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"[{outcome.StartKind} start of version {outcome.ExecutedVersion}");
        text.Append(CultureInfo.InvariantCulture, $"; ready after {outcome.RestoreMs:F1} ms");
        text.Append(CultureInfo.InvariantCulture, $", answer after {outcome.AnswerMs:F1} ms");
        if (outcome.CpuMs is { } cpu)
        {
            text.Append(CultureInfo.InvariantCulture, $"; {cpu:F1} ms of CPU");
        }
        if (outcome.PrivateBytes is { } bytes)
        {
            text.Append(CultureInfo.InvariantCulture, $", {bytes / BytesPerMib:F1} MiB of its own");
        }
        if (outcome.CloneId is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"; clone {outcome.CloneId}");
        }
        if (outcome.Variant is { } variant)
        {
            text.Append(CultureInfo.InvariantCulture, $" of variant {variant}");
        }
        return text.Append(']').ToString();
    }
}
