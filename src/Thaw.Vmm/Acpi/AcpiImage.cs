namespace Thaw.Vmm.Acpi;

/// <summary>Finished tables.</summary>
/// <param name="RootPointer">The RSDP.</param>
/// <param name="Tables">All other tables, for the address that they were built for.</param>
internal sealed record AcpiImage(byte[] RootPointer, byte[] Tables);
