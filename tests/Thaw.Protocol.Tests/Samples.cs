namespace Thaw.Protocol.Tests;

/// <summary>One filled message of each kind.</summary>
internal static class Samples
{
    internal static readonly FunctionError Error =
        new("ValueError", "no \"good\" \u00e9\ud83d\ude00") { StackTrace = ["  File \"app.py\", line 1", "b"] };

    internal static IReadOnlyList<AgentMessage> All { get; } =
    [
        new Configure
        {
            ProtocolVersion = 1,
            FunctionName = "hello",
            FunctionVersion = "1",
            FunctionArn = "arn:aws:lambda:us-east-1:000000000000:function:hello:1",
            Handler = "app.handler",
            Runtime = "python3.13",
            TimeoutMs = 3000,
            InitTimeoutMs = 10_000,
            MemorySizeMb = 512,
            Environment = new Dictionary<string, string> { ["A"] = "b", ["LONG_name"] = "" },
            SnapStart = true,
            CodeSizeBytes = 12_345_678_901,
            LogGroup = "/aws/lambda/hello",
        },
        new Invoke { RequestId = "r-1", DeadlineUnixMs = 1_800_000_000_123, TimeoutMs = 3000, TraceId = "Root=1" },
        new InvokeDone
        {
            RequestId = "r-1",
            Ok = false,
            Error = Error,
            ErrorKind = InvokeErrorKind.Unhandled,
            DurationMs = 1.25,
            MaxMemoryUsedBytes = 40_000_000,
            Reusable = true,
        },
        new InitDone { Ok = false, Error = Error, DurationMs = 99.5, UnpackMs = 0.25 },
        new Quiesce { TimeoutMs = 1000 },
        new Quiesced { DurationMs = 3.5, SyncMs = 1, FreezeMs = 2 },
        new Restore
        {
            ProtocolVersion = 1,
            CloneId = "c-1",
            Generation = ulong.MaxValue,
            WallClockUnixNs = 1_800_000_000_123_456_789,
            Entropy = [.. Enumerable.Range(0, 32).Select(i => (byte)i)],
            Hostname = "clone-1",
        },
        new Restored
        {
            CloneId = "c-1",
            Ok = true,
            Timings = new RestoreTimings { EntropyUs = 1, ClockUs = 2, IdentityUs = 3, ThawUs = 4, HooksUs = 5 },
            WallClockUnixNs = 1_800_000_000_123_456_789,
        },
        new Shutdown { Reboot = true },
        new Ping { Sequence = -7 },
        new Prepare { ProtocolVersion = 2, Runtime = "python3.13", TimeoutMs = 60_000 },
        new Pong { Sequence = long.MaxValue },
        new Prepared { Ok = true, DurationMs = 12.5 },
        new Locate { TimeoutMs = 1000 },
        new Located { IsTruncated = true },
        new Hello { AgentVersion = "0.1.0", ProtocolVersion = 1, BootMs = 812.5, KernelRelease = "6.12" },
        new LogOutput { Stream = "stderr", DroppedBytes = 17 },
        new Failed { Step = "mounts", Error = Error },
    ];
}
