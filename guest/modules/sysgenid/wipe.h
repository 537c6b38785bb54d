/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SYSGENID_WIPE_H
#define SYSGENID_WIPE_H

#include "sysgenid.h"

int sysgenid_wipe_add(const struct sysgenid_wipe_range *range);
int sysgenid_wipe_del(const struct sysgenid_wipe_range *range);
int sysgenid_wipe_all(struct sysgenid_wipe_report *report);

#endif
