using System.Diagnostics;
using System.Text.Json;

namespace Thaw.Dev.Hosts;

/// <summary>Which host to use, and why.</summary>
/// <param name="Kind">The host.</param>
/// <param name="Reason">Why, as a sentence.</param>
internal sealed record HostChoice(HostKind Kind, string Reason)
{
    private const string Variable = "THAW_HOST";
    private static readonly TimeSpan s_probeMax = TimeSpan.FromSeconds(30);

    /// <summary>The name used in results.</summary>
    public string Name => Kind == HostKind.Kvm ? "kvm" : "emulated";

    /// <summary>Has the published monitor measure this machine's KVM.</summary>
    public static async Task<HostChoice> DecideAsync(CancellationToken cancellationToken)
    {
        switch (Environment.GetEnvironmentVariable(Variable))
        {
            case "kvm":
                return new HostChoice(HostKind.Kvm, $"{Variable}=kvm says so.");
            case "emulated":
                return new HostChoice(HostKind.Emulated, $"{Variable}=emulated says so.");
            case { Length: > 0 } other:
                throw new DevException($"{Variable} is '{other}'; it can be kvm or emulated.");
        }

        if (!File.Exists("/dev/kvm"))
        {
            return new HostChoice(HostKind.Emulated, "This machine has no /dev/kvm.");
        }

        (bool usable, string reason) = await ProbeAsync(cancellationToken);
        return usable
            ? new HostChoice(HostKind.Kvm, "This machine's KVM is usable.")
            : new HostChoice(HostKind.Emulated, $"This machine's KVM is not usable: {reason}");
    }

    private static async Task<(bool Usable, string Reason)> ProbeAsync(CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(s_probeMax);
        try
        {
            var start = new ProcessStartInfo(Workspace.Monitor, "--probe-kvm")
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using Process process = Process.Start(start)!;
            try
            {
                Task<string> error = process.StandardError.ReadToEndAsync(bound.Token);
                string said = await process.StandardOutput.ReadToEndAsync(bound.Token);
                await process.WaitForExitAsync(bound.Token);
                return Parse(said) ?? (false, "the probe said: " + (await error).Trim());
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                throw;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (false, $"a loop in a test VM did not end in {s_probeMax.TotalSeconds:0} s.");
        }
    }

    private static (bool Usable, string Reason)? Parse(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            string reason = root.TryGetProperty("reason", out JsonElement r) ? r.GetString() ?? "" : "";
            return (root.GetProperty("usable").GetBoolean(), reason);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
