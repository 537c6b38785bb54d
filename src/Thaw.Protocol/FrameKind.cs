namespace Thaw.Protocol;

/// <summary>What a frame is. Host to guest below 0x100, guest to host from 0x101. Numbers are never reused.</summary>
public enum FrameKind : ushort
{
    /// <summary>Host to guest: load the function and run its init code.</summary>
    Configure = 0x001,

    /// <summary>Host to guest: run the handler on the event in the body.</summary>
    Invoke = 0x002,

    /// <summary>Host to guest: bring the function to rest, so that a snapshot may be taken.</summary>
    Quiesce = 0x003,

    /// <summary>Host to guest: this microVM is a clone; make it unique, then let the function run.</summary>
    Restore = 0x004,

    /// <summary>Host to guest: end the function and power off.</summary>
    Shutdown = 0x005,

    /// <summary>Host to guest: answer with a pong.</summary>
    Ping = 0x006,

    /// <summary>Host to guest: start a runtime that does not know its function yet.</summary>
    Prepare = 0x007,

    /// <summary>Host to guest: freeze the function and say whose the guest's memory is.</summary>
    Locate = 0x008,

    /// <summary>Guest to host: the agent is up and listens.</summary>
    Hello = 0x101,

    /// <summary>Guest to host: how init went.</summary>
    InitDone = 0x102,

    /// <summary>Guest to host: how an invocation went; the body is what the caller gets.</summary>
    InvokeDone = 0x103,

    /// <summary>Guest to host: the function is frozen and file systems are synced.</summary>
    Quiesced = 0x104,

    /// <summary>Guest to host: the clone is unique and its after-restore hooks ran, or not.</summary>
    Restored = 0x105,

    /// <summary>Guest to host: what the function wrote to stdout or stderr.</summary>
    Log = 0x106,

    /// <summary>Guest to host: the microVM is of no more use.</summary>
    Failed = 0x107,

    /// <summary>Guest to host: the answer to a ping.</summary>
    Pong = 0x108,

    /// <summary>Guest to host: the runtime waits for its function, or not.</summary>
    Prepared = 0x109,

    /// <summary>Guest to host: whose the guest's memory is; the body says it.</summary>
    Located = 0x10a,
}
