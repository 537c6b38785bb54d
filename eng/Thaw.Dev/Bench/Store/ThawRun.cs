namespace Thaw.Dev.Bench.Store;

/// <summary>What <c>Thaw.MicroBenchmarks image</c> prints: seconds.</summary>
internal sealed record ThawRun(double SealCpuS, double SealWallS, double OpenCpuS, double OpenWallS);
