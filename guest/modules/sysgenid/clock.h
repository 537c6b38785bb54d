/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SYSGENID_CLOCK_H
#define SYSGENID_CLOCK_H

#include <linux/types.h>

/* The host's wall clock, read now. -EOPNOTSUPP where the system has no host that tells the time. */
int sysgenid_host_clock(s64 *unix_ns);

#endif
