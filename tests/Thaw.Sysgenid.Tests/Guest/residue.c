// SPDX-License-Identifier: GPL-2.0
/*
 * Leaves secrets in marked memory, wipes, and lets the machine be switched off at once. GuestMemoryTests then looks for
 * them in all of the machine's memory. Names and seeds are listed there too.
 */
#include "tap.h"

#include <fcntl.h>
#include <linux/falloc.h>
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
	NAMED_FILE,
};

static volatile int *ready;

/* As the agent empties files of that name: overwritten first, as a hole alone leaves the bytes in free memory. */
static void empty_named_file(enum seed seed)
{
	static const char zeros[PAGE];
	int fd = memfd_create("wipeonsuspend", MFD_CLOEXEC);
	void *memory;

	CHECK(fd >= 0 && ftruncate(fd, SIZE) == 0);
	memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(memory != MAP_FAILED);
	fill(memory, SIZE, seed);
	for (size_t i = 0; i < SIZE; i += PAGE)
		CHECK(pwrite(fd, zeros, PAGE, i) == PAGE);
	CHECK(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, SIZE) == 0);
}

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
	empty_named_file(NAMED_FILE);
	printf("# residue: %llu processes, %llu ranges, %llu pages\n", report.processes, report.ranges, report.pages);
}
