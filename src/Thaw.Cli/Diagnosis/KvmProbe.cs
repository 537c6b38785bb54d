using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace Thaw.Cli.Diagnosis;

/// <summary>Has the monitor find out whether KVM is usable: it runs a loop in a test VM.</summary>
internal static class KvmProbe
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);

    internal static async Task<KvmReport> RunAsync(string monitorPath, CancellationToken cancellationToken)
    {
        if (!File.Exists(monitorPath))
        {
            return Unusable($"it can't be tested, for there is no monitor {monitorPath}");
        }
        ProcessStartInfo start = new(monitorPath)
        {
            ArgumentList = { "--probe-kvm" },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(s_timeout);
            try
            {
                Task<string> error = process.StandardError.ReadToEndAsync(limit.Token);
                string text = await process.StandardOutput.ReadToEndAsync(limit.Token).ConfigureAwait(false);
                await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
                return Parse(text)
                    ?? Unusable($"the monitor's test failed: {(await error.ConfigureAwait(false)).Trim()}");
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                process.Kill();
                return Unusable($"its test did not end within {s_timeout.TotalSeconds:F0} s");
            }
        }
        catch (Win32Exception failure)
        {
            return Unusable($"it can't be tested: {failure.Message}");
        }
    }

    private static KvmReport? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, CliOwnJsonContext.Default.KvmReport);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static KvmReport Unusable(string reason) => new() { Usable = false, Reason = reason };
}
