/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * What programs include to use /dev/sysgenid. The meaning of every call, with all error codes: docs/sysgenid.md.
 */
#ifndef SYSGENID_H
#define SYSGENID_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define SYSGENID_DEVICE "/dev/sysgenid"
#define SYSGENID_IOCTL 0xE4

/*
 * The three calls of the published interface. Their arguments are values, not pointers.
 *
 * SET_WATCHER_TRACKING: 1 counts this descriptor among the watchers that the system waits for, 0 does not.
 * WAIT_WATCHERS:        a time limit in milliseconds, 0 for none.
 * TRIGGER_GEN_UPDATE:   the least value that the counter shall have afterwards.
 */
#define SYSGENID_SET_WATCHER_TRACKING _IO(SYSGENID_IOCTL, 1)
#define SYSGENID_WAIT_WATCHERS _IO(SYSGENID_IOCTL, 2)
#define SYSGENID_TRIGGER_GEN_UPDATE _IO(SYSGENID_IOCTL, 3)

/*
 * Thaw's addition: wipe on suspend. Other implementations of /dev/sysgenid do not have it and answer EINVAL or ENOTTY.
 *
 * WIPE_ADD marks private anonymous memory of the calling process, WIPE_DEL undoes that. WIPE_ALL, for the one who
 * takes the snapshot, empties what any process has marked.
 */
struct sysgenid_wipe_range {
	__u64 addr;
	__u64 len;
};

struct sysgenid_wipe_report {
	__u64 processes; /* address spaces that had marked memory */
	__u64 ranges;    /* marked mappings in them */
	__u64 pages;     /* page frames that were cleared */
	__u64 left;      /* page frames that nobody maps any more, but that could not be cleared */
	__u64 swapped;   /* swap entries of these address spaces: there may be copies outside memory */
	__u64 busy;      /* address spaces whose lock could not be had in time: nothing of them was wiped */
};

#define SYSGENID_WIPE_ADD _IOW(SYSGENID_IOCTL, 0x40, struct sysgenid_wipe_range)
#define SYSGENID_WIPE_DEL _IOW(SYSGENID_IOCTL, 0x41, struct sysgenid_wipe_range)
#define SYSGENID_WIPE_ALL _IOR(SYSGENID_IOCTL, 0x42, struct sysgenid_wipe_report)

/*
 * Thaw's addition: the host's wall clock at this instant, in nanoseconds since 1970, for the one who sets this
 * system's clock. EOPNOTSUPP where there is no host that tells the time.
 */
#define SYSGENID_HOST_CLOCK _IOR(SYSGENID_IOCTL, 0x43, __s64)

/* One process may mark this much, in this many mappings. */
#define SYSGENID_WIPE_BYTES_MAX (1ULL << 30)
#define SYSGENID_WIPE_RANGES_MAX 1024

#endif
