using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using Thaw.Snapshot;

namespace Thaw.EndToEnd.Tests.Monitors;

/// <summary>State files that are whole but not for this build or this machine.</summary>
[Collection(LinuxSnapshotGroup.Name)]
public sealed class RefusedSnapshotTests(LinuxSnapshot snapshot)
{
    private const int FormatVersionOffset = 10;
    private const int HeaderChecksumOffset = 60;

    [Fact]
    public async Task OtherFormatVersion_IsRefused_BothNamed()
    {
        byte[] state = await StateAsync();
        ushort version = BinaryPrimitives.ReadUInt16LittleEndian(state.AsSpan(FormatVersionOffset));
        BinaryPrimitives.WriteUInt16LittleEndian(state.AsSpan(FormatVersionOffset), 77);
        BinaryPrimitives.WriteUInt32LittleEndian(
            state.AsSpan(HeaderChecksumOffset), Crc32C.Compute(state.AsSpan(0, HeaderChecksumOffset)));

        string refusal = await LoadAsync(state);

        Assert.Contains("77", refusal, StringComparison.Ordinal);
        Assert.Contains($"{version}", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OtherCpuVendor_IsRefused_BothNamed()
    {
        byte[] state = await StateAsync();
        SnapshotReader reader = SnapshotReader.Read(new MemoryStream(state));
        var writer = new SnapshotWriter(reader.Header.Kind, reader.Header.Id);
        string vendor = "";
        foreach (SnapshotSection section in reader.Sections)
        {
            byte[] body = section.Body.ToArray();
            if (section.Id == SectionId.HostFingerprint)
            {
                vendor = ReplaceVendor(body);
            }

            writer.Add(section.Id, section.Version, body, section.Flags);
        }

        using var other = new MemoryStream();
        writer.WriteTo(other);

        string refusal = await LoadAsync(other.ToArray());

        Assert.Contains("OtherVendor!", refusal, StringComparison.Ordinal);
        // The refusal calls known vendors by their usual names.
        Assert.Contains(vendor.Replace("Authentic", "").Replace("Genuine", ""), refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(3000)]
    public async Task TruncatedState_IsRefused(int bytesLess)
    {
        byte[] state = await StateAsync();

        string refusal = await LoadAsync(state[..^bytesLess]);

        Assert.NotEmpty(refusal);
    }

    [Fact]
    public async Task FlippedBit_IsRefused()
    {
        byte[] state = await StateAsync();
        state[state.Length / 2] ^= 4;

        string refusal = await LoadAsync(state);

        Assert.Contains("checksum", refusal, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The fingerprint starts with two texts: the architecture's name and the vendor's.</summary>
    private static string ReplaceVendor(byte[] fingerprint)
    {
        int at = sizeof(int) + BinaryPrimitives.ReadInt32LittleEndian(fingerprint);
        int length = BinaryPrimitives.ReadInt32LittleEndian(fingerprint.AsSpan(at));
        Span<byte> vendor = fingerprint.AsSpan(at + sizeof(int), length);
        string was = Encoding.ASCII.GetString(vendor);
        Encoding.ASCII.GetBytes("OtherVendor!", vendor);
        return was;
    }

    private async Task<byte[]> StateAsync()
    {
        await snapshot.OriginalAsync();
        return await snapshot.Host.ReadAsync($"{snapshot.Folder}/state");
    }

    /// <summary>
    /// Has a fresh monitor load the state, which it has to refuse; then it ends, as Firecracker does.
    /// </summary>
    private async Task<string> LoadAsync(byte[] state)
    {
        string folder = $"{snapshot.Host.State}/m/changed";
        await snapshot.Host.WriteAsync($"{folder}/state", state);
        var monitor = new LinuxMonitor(snapshot.Host, "refusing");
        await monitor.StartAsync();
        JsonObject load = snapshot.Load(monitor);
        load["snapshot_path"] = $"{folder}/state";
        (int status, JsonObject answer) = await monitor.RequestAsync("PUT", "/snapshot/load", load);
        Assert.Equal(400, status);
        await monitor.UntilEndedAsync();
        return answer["fault_message"]!.GetValue<string>();
    }
}
