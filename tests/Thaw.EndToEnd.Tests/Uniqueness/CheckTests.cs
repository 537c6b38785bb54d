using System.Text.Json.Nodes;

namespace Thaw.EndToEnd.Tests.Uniqueness;

/// <summary><c>thaw check</c> on a function that makes the classic mistakes, and puts them right beside.</summary>
public sealed class CheckTests(CheckedFunction function) : IClassFixture<CheckedFunction>
{
    private const int CheckFound = 4;

    [Fact]
    public async Task Unique_GeneratorSeededInInit_IsFoundInAnswersAndMemory()
    {
        (int code, string output) = await function.CheckAsync(
            "unique", "--clones 2 --payload '{\"draw\":\"mistaken\"}'");

        Assert.Equal(CheckFound, code);
        Assert.Matches(@"(?m)^REPEATS [0-9a-f]{48}\n    clone [0-9a-f-]{36}: response$", output);
        // The generator's own state is there too, computed anew by each clone, and all the same: in Python's memory.
        const string Place =
            @"    clone [0-9a-f-]{36}: memory at 0x[0-9a-f]+\n"
            + @"        process \d+ \(python3\.13\) .+\+0x[0-9a-f]+ rw-p\n";
        Assert.Matches($@"(?m)^REPEATS [0-9a-f]+\n{Place}{Place}", output);
    }

    [Fact]
    public async Task Unique_GeneratorSeededAgainInEachClone_Passes()
    {
        (int code, string output) = await function.CheckAsync(
            "unique", "--json --clones 2 --payload '{\"draw\":\"renewed\"}'");

        Assert.True(code == 0, output);
        JsonObject report = JsonNode.Parse(output)!.AsObject();
        Assert.Empty(report["fromSnapshot"]!.AsArray());
        // It has seen something: what two clones wrote.
        Assert.True(report["writtenBytes"]!.GetValue<long>() > 2 << 20, output);
    }

    [Fact]
    public async Task Secrets_KeptInAGlobal_IsFound_KeptInASecretBuffer_IsNot()
    {
        string kept = await function.SecretFileAsync("kept", "a secret that the function keeps");
        string wiped = await function.SecretFileAsync("wiped", "a secret that is wiped");

        (int keptCode, string keptOutput) = await function.CheckAsync("secrets", $"--secret-file {kept}");
        (int wipedCode, string wipedOutput) = await function.CheckAsync("secrets", $"--secret-file {wiped}");

        Assert.Equal(CheckFound, keptCode);
        Assert.Contains($"FOUND {kept} (raw) in memory at 0x", keptOutput, StringComparison.Ordinal);
        Assert.True(wipedCode == 0, wipedOutput);
    }
}
