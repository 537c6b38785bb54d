// SPDX-License-Identifier: GPL-2.0
/*
 * Leaves secrets in marked memory, wipes, and lets the machine be switched off at once. GuestMemoryTests then looks for
 * them in all of the machine's memory. Names and seeds are listed there too.
 */
#include "tap.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define SIZE (32 * PAGE)
#define HUGE_SIZE (8 * MIB)

enum seed {
	CONTROL = 1,
	PLAIN,
	LOCKED,
	NO_ACCESS,
	HUGE_PAGES,
	SHARED_WITH_CHILD,
	CHANGED_BY_CHILD,
};

static volatile int *ready;

static void *secret(enum seed seed, size_t size)
{
	void *memory = map_alone(size);

	if (seed == HUGE_PAGES)
		CHECK(madvise(memory, size, MADV_HUGEPAGE) == 0);
	if (seed != CONTROL)
		CHECK(wipe_mark(memory, size) == 0);
	fill(memory, size, seed);
	return memory;
}

static void inherit(void *memory)
{
	(void)memory;
	__atomic_add_fetch(ready, 1, __ATOMIC_SEQ_CST);
	pause();
}

static void change(void *memory)
{
	fill(memory, SIZE, CHANGED_BY_CHILD);
	__atomic_add_fetch(ready, 1, __ATOMIC_SEQ_CST);
	pause();
}

void residue_stage(void)
{
	struct sysgenid_wipe_report report;
	void *shared;

	ready = share(PAGE);
	secret(CONTROL, SIZE);
	secret(PLAIN, SIZE);
	CHECK(mlock(secret(LOCKED, SIZE), SIZE) == 0);
	CHECK(mprotect(secret(NO_ACCESS, SIZE), SIZE, PROT_NONE) == 0);
	secret(HUGE_PAGES, HUGE_SIZE);
	shared = secret(SHARED_WITH_CHILD, SIZE);
	start(inherit, shared);
	start(change, shared);
	while (*ready != 2)
		sched_yield();
	CHECK(wipe_all(&report) == 0);
	printf("# residue: %llu processes, %llu ranges, %llu pages\n", report.processes, report.ranges, report.pages);
}
