// SPDX-License-Identifier: GPL-2.0
/*
 * The host's wall clock. A time that is told in a message is late by what the message took, and in a clone that has
 * its memory still to come that is not little. KVM's clock has the host's time at any instant: the kernel reads it when
 * it boots, and keeps time by itself from then on, so that a clone has the time of its snapshot.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/time64.h>

#include <asm/kvm_para.h>
#include <asm/processor.h>
#include <asm/x86_init.h>

#include "clock.h"

/* Asked of the processor: what the kernel knows of it is not exported. */
static bool has_kvm_clock(void)
{
	u32 base = hypervisor_cpuid_base("KVMKVMKVM\0\0\0", 0);

	return base && cpuid_eax(base | KVM_CPUID_FEATURES) & BIT(KVM_FEATURE_CLOCKSOURCE2);
}

int sysgenid_host_clock(s64 *unix_ns)
{
	struct timespec64 now = {};

	if (!has_kvm_clock())
		return -EOPNOTSUPP;
	x86_platform.get_wallclock(&now);
	if (now.tv_sec <= 0)
		return -EOPNOTSUPP;
	*unix_ns = timespec64_to_ns(&now);
	return 0;
}
