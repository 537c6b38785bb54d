namespace Thaw.GuestAgent;

/// <summary>The microVM as a whole.</summary>
internal interface IMachine
{
    /// <summary>Writes all file systems' dirty pages back.</summary>
    void SyncAll();

    /// <summary>Resets or powers off; does not return.</summary>
    void End(bool reboot);
}
