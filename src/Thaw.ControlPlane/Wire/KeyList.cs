using Thaw.Worker;

namespace Thaw.ControlPlane.Wire;

/// <summary>Master keys.</summary>
/// <param name="Keys">All of them, the destroyed ones too.</param>
public sealed record KeyList(IReadOnlyList<MasterKey> Keys);
