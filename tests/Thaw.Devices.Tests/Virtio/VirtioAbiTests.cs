using System.Diagnostics;
using System.Text;
using Thaw.Devices.Virtio;
using Thaw.Devices.Virtio.Block;
using Thaw.Devices.Virtio.Pmem;
using Thaw.Devices.Virtio.Vsock;

namespace Thaw.Devices.Tests.Virtio;

/// <summary>The numbers that guests and devices agree on, against the kernel's own headers by the C compiler.</summary>
public sealed class VirtioAbiTests
{
    private static readonly (string C, ulong Value)[] s_numbers =
    [
        ("VIRTIO_ID_BLOCK", (ulong)VirtioDeviceType.Block),
        ("VIRTIO_ID_RNG", (ulong)VirtioDeviceType.Rng),
        ("VIRTIO_ID_VSOCK", (ulong)VirtioDeviceType.Vsock),
        ("VIRTIO_ID_PMEM", (ulong)VirtioDeviceType.Pmem),
        ("(1ULL << VIRTIO_F_VERSION_1)", VirtioFeatures.Version1),
        ("(1ULL << VIRTIO_RING_F_INDIRECT_DESC)", VirtioFeatures.IndirectDescriptors),
        ("(1ULL << VIRTIO_RING_F_EVENT_IDX)", VirtioFeatures.EventIndex),
        ("VIRTIO_CONFIG_S_ACKNOWLEDGE", (ulong)VirtioStatus.Acknowledge),
        ("VIRTIO_CONFIG_S_DRIVER", (ulong)VirtioStatus.Driver),
        ("VIRTIO_CONFIG_S_DRIVER_OK", (ulong)VirtioStatus.DriverOk),
        ("VIRTIO_CONFIG_S_FEATURES_OK", (ulong)VirtioStatus.FeaturesOk),
        ("VIRTIO_CONFIG_S_NEEDS_RESET", (ulong)VirtioStatus.NeedsReset),
        ("VIRTIO_CONFIG_S_FAILED", (ulong)VirtioStatus.Failed),
        ("VIRTIO_MMIO_MAGIC_VALUE", MmioRegister.MagicValue),
        ("VIRTIO_MMIO_VERSION", MmioRegister.Version),
        ("VIRTIO_MMIO_DEVICE_ID", MmioRegister.DeviceId),
        ("VIRTIO_MMIO_VENDOR_ID", MmioRegister.VendorId),
        ("VIRTIO_MMIO_DEVICE_FEATURES", MmioRegister.DeviceFeatures),
        ("VIRTIO_MMIO_DEVICE_FEATURES_SEL", MmioRegister.DeviceFeaturesSel),
        ("VIRTIO_MMIO_DRIVER_FEATURES", MmioRegister.DriverFeatures),
        ("VIRTIO_MMIO_DRIVER_FEATURES_SEL", MmioRegister.DriverFeaturesSel),
        ("VIRTIO_MMIO_QUEUE_SEL", MmioRegister.QueueSel),
        ("VIRTIO_MMIO_QUEUE_NUM_MAX", MmioRegister.QueueSizeMax),
        ("VIRTIO_MMIO_QUEUE_NUM", MmioRegister.QueueSize),
        ("VIRTIO_MMIO_QUEUE_READY", MmioRegister.QueueReady),
        ("VIRTIO_MMIO_QUEUE_NOTIFY", MmioRegister.QueueNotify),
        ("VIRTIO_MMIO_INTERRUPT_STATUS", MmioRegister.InterruptStatus),
        ("VIRTIO_MMIO_INTERRUPT_ACK", MmioRegister.InterruptAck),
        ("VIRTIO_MMIO_STATUS", MmioRegister.Status),
        ("VIRTIO_MMIO_QUEUE_DESC_LOW", MmioRegister.QueueDescLow),
        ("VIRTIO_MMIO_QUEUE_DESC_HIGH", MmioRegister.QueueDescHigh),
        ("VIRTIO_MMIO_QUEUE_AVAIL_LOW", MmioRegister.QueueDriverLow),
        ("VIRTIO_MMIO_QUEUE_AVAIL_HIGH", MmioRegister.QueueDriverHigh),
        ("VIRTIO_MMIO_QUEUE_USED_LOW", MmioRegister.QueueDeviceLow),
        ("VIRTIO_MMIO_QUEUE_USED_HIGH", MmioRegister.QueueDeviceHigh),
        ("VIRTIO_MMIO_SHM_SEL", MmioRegister.ShmSel),
        ("VIRTIO_MMIO_SHM_LEN_LOW", MmioRegister.ShmLenLow),
        ("VIRTIO_MMIO_SHM_LEN_HIGH", MmioRegister.ShmLenHigh),
        ("VIRTIO_MMIO_SHM_BASE_LOW", MmioRegister.ShmBaseLow),
        ("VIRTIO_MMIO_SHM_BASE_HIGH", MmioRegister.ShmBaseHigh),
        ("VIRTIO_MMIO_CONFIG_GENERATION", MmioRegister.ConfigGeneration),
        ("VIRTIO_MMIO_CONFIG", MmioRegister.Config),
        ("VIRTIO_BLK_T_IN", BlockRequest.TypeIn),
        ("VIRTIO_BLK_T_OUT", BlockRequest.TypeOut),
        ("VIRTIO_BLK_T_FLUSH", BlockRequest.TypeFlush),
        ("VIRTIO_BLK_T_GET_ID", BlockRequest.TypeGetId),
        ("VIRTIO_BLK_S_OK", BlockRequest.StatusOk),
        ("VIRTIO_BLK_S_IOERR", BlockRequest.StatusIoError),
        ("VIRTIO_BLK_S_UNSUPP", BlockRequest.StatusUnsupported),
        ("VIRTIO_BLK_ID_BYTES", BlockRequest.IdBytes),
        ("sizeof(struct virtio_blk_outhdr)", BlockRequest.HeaderBytes),
        ("(1ULL << VIRTIO_BLK_F_SEG_MAX)", BlockDevice.FeatureSegmentCountMax),
        ("(1ULL << VIRTIO_BLK_F_RO)", BlockDevice.FeatureReadOnly),
        ("(1ULL << VIRTIO_BLK_F_BLK_SIZE)", BlockDevice.FeatureBlockSize),
        ("(1ULL << VIRTIO_BLK_F_FLUSH)", BlockDevice.FeatureFlush),
        ("offsetof(struct virtio_blk_config, seg_max)", BlockDevice.SegmentCountMaxOffset),
        ("offsetof(struct virtio_blk_config, blk_size)", BlockDevice.BlockSizeOffset),
        ("VIRTIO_PMEM_REQ_TYPE_FLUSH", PmemRequest.TypeFlush),
        ("sizeof(struct virtio_pmem_config)", 16),
        ("sizeof(struct virtio_pmem_resp)", PmemRequest.ResultBytes),
        ("sizeof(struct virtio_vsock_hdr)", VsockHeader.Bytes),
        ("offsetof(struct virtio_vsock_hdr, src_port)", 16),
        ("offsetof(struct virtio_vsock_hdr, len)", 24),
        ("offsetof(struct virtio_vsock_hdr, type)", 28),
        ("offsetof(struct virtio_vsock_hdr, op)", 30),
        ("offsetof(struct virtio_vsock_hdr, flags)", 32),
        ("offsetof(struct virtio_vsock_hdr, buf_alloc)", 36),
        ("offsetof(struct virtio_vsock_hdr, fwd_cnt)", 40),
        ("VIRTIO_VSOCK_TYPE_STREAM", VsockHeader.TypeStream),
        ("VIRTIO_VSOCK_OP_REQUEST", (ulong)VsockOperation.Request),
        ("VIRTIO_VSOCK_OP_RESPONSE", (ulong)VsockOperation.Response),
        ("VIRTIO_VSOCK_OP_RST", (ulong)VsockOperation.Reset),
        ("VIRTIO_VSOCK_OP_SHUTDOWN", (ulong)VsockOperation.Shutdown),
        ("VIRTIO_VSOCK_OP_RW", (ulong)VsockOperation.ReadWrite),
        ("VIRTIO_VSOCK_OP_CREDIT_UPDATE", (ulong)VsockOperation.CreditUpdate),
        ("VIRTIO_VSOCK_OP_CREDIT_REQUEST", (ulong)VsockOperation.CreditRequest),
        ("VIRTIO_VSOCK_SHUTDOWN_RCV", (ulong)VsockShutdown.Receive),
        ("VIRTIO_VSOCK_SHUTDOWN_SEND", (ulong)VsockShutdown.Send),
        ("VIRTIO_VSOCK_EVENT_TRANSPORT_RESET", 0),
        ("VMADDR_CID_HOST", VsockDevice.HostCid),
        ("sizeof(struct vring_desc)", VirtQueue.DescriptorBytes),
        ("sizeof(struct vring_used_elem)", 8),
        ("VRING_DESC_F_NEXT", VirtQueue.FlagNext),
        ("VRING_DESC_F_WRITE", VirtQueue.FlagWrite),
        ("VRING_DESC_F_INDIRECT", VirtQueue.FlagIndirect),
    ];

    private static readonly string[] s_headers =
        ["ids", "config", "ring", "mmio", "blk", "pmem", "vsock"];

    [Fact]
    public void Numbers_AreThoseOfTheKernelHeaders()
    {
        StringBuilder source = new("#include <stddef.h>\n#include <sys/socket.h>\n#include <linux/vm_sockets.h>\n");
        foreach (string header in s_headers)
        {
            source.Append("#include <linux/virtio_").Append(header).Append(".h>\n");
        }
        foreach ((string c, ulong value) in s_numbers)
        {
            source.Append($"_Static_assert(({c}) == {value}ULL, \"{c}\");\n");
        }

        using Process compiler = Process.Start(new ProcessStartInfo("cc", "-x c -fsyntax-only -")
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
        })!;
        compiler.StandardInput.Write(source);
        compiler.StandardInput.Close();
        string messages = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();

        Assert.True(compiler.ExitCode == 0, messages);
    }
}
