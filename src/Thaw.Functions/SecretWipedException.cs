namespace Thaw.Functions;

/// <summary>A <see cref="SecretBuffer"/> is empty, and has nobody to ask for its secret.</summary>
public sealed class SecretWipedException()
    : InvalidOperationException("The buffer is empty: it was never filled, or it was wiped for a snapshot.");
