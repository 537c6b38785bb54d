namespace Thaw.Kvm;

/// <summary>A model-specific register and its value.</summary>
/// <param name="Index">ECX of RDMSR.</param>
/// <param name="Value">EDX:EAX.</param>
public readonly record struct MsrEntry(uint Index, ulong Value);
