// SPDX-License-Identifier: GPL-2.0
/* WIPE_ADD and WIPE_DEL: what can be marked, what is refused. */
#include "tap.h"

#include <fcntl.h>
#include <linux/mman.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_mseal
#define SYS_mseal 462
#endif
#define SEED 0x5EC2E7

static bool survives_wipe(void *memory, size_t size)
{
	struct sysgenid_wipe_report report;

	fill(memory, size, SEED);
	CHECK(wipe_all(&report) == 0);
	if (is_filled(memory, size, SEED))
		return true;
	CHECK(is_zero(memory, size));
	return false;
}

TEST(wipe_range_that_is_empty_or_unaligned_or_wraps_is_EINVAL)
{
	char *memory = map_alone(2 * PAGE);

	CHECK_FAILS(wipe_mark(memory, 0), EINVAL);
	CHECK_FAILS(wipe_mark(memory + 1, PAGE), EINVAL);
	CHECK_FAILS(wipe_mark(memory, PAGE + 8), EINVAL);
	CHECK_FAILS(wipe_mark(memory, (size_t)-PAGE), EINVAL);
	CHECK_FAILS(wipe_mark((void *)-PAGE, 2 * PAGE), EINVAL);
	CHECK_FAILS(wipe_keep(memory, 0), EINVAL);
	CHECK_FAILS(wipe_keep(memory + 8, PAGE), EINVAL);
	CHECK(survives_wipe(memory, 2 * PAGE));
}

TEST(wipe_range_with_a_hole_is_ENOMEM_and_marks_nothing)
{
	char *memory = map_alone(3 * PAGE);

	CHECK(munmap(memory + PAGE, PAGE) == 0);
	CHECK_FAILS(wipe_mark(memory, 3 * PAGE), ENOMEM);
	CHECK_FAILS(wipe_mark(memory + PAGE, PAGE), ENOMEM);
	CHECK_FAILS(wipe_mark(memory + PAGE, 2 * PAGE), ENOMEM);
	CHECK(survives_wipe(memory, PAGE));
	CHECK(survives_wipe(memory + 2 * PAGE, PAGE));
}

TEST(wipe_range_of_the_kernel_is_refused)
{
	CHECK_FAILS(wipe_mark((void *)0xffff888000000000, PAGE), ENOMEM);
	CHECK_FAILS(wipe_mark((void *)0xffffffffff600000, PAGE), ENOMEM);
	CHECK_FAILS(wipe_mark(NULL, PAGE), ENOMEM);
}

TEST(wipe_range_at_a_bad_pointer_is_EFAULT)
{
	int fd = open_device(0);

	CHECK_FAILS(ioctl(fd, SYSGENID_WIPE_ADD, NULL), EFAULT);
	CHECK_FAILS(ioctl(fd, SYSGENID_WIPE_DEL, (void *)8), EFAULT);
}

TEST(wipe_of_shared_memory_is_EINVAL)
{
	char *memory = share(PAGE);

	CHECK_FAILS(wipe_mark(memory, PAGE), EINVAL);
	CHECK(survives_wipe(memory, PAGE));
}

TEST(wipe_of_file_mappings_is_EINVAL)
{
	int fd = open("/tmp/mapped", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	void *private, *shared;

	CHECK(fd >= 0 && ftruncate(fd, PAGE) == 0);
	private = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(private != MAP_FAILED && shared != MAP_FAILED);
	CHECK_FAILS(wipe_mark(private, PAGE), EINVAL);
	CHECK_FAILS(wipe_mark(shared, PAGE), EINVAL);
	CHECK(survives_wipe(private, PAGE));
	CHECK(survives_wipe(shared, PAGE));
}

TEST(wipe_of_device_mappings_is_EINVAL)
{
	void *word = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, open_device(0), 0);

	CHECK(word != MAP_FAILED);
	CHECK_FAILS(wipe_mark(word, PAGE), EINVAL);
}

TEST(wipe_of_huge_tlb_pages_is_EINVAL)
{
	void *memory;

	write_file("/proc/sys/vm/nr_hugepages", "2");
	memory = mmap(NULL, 2 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	CHECK(memory != MAP_FAILED);
	CHECK_FAILS(wipe_mark(memory, 2 * MIB), EINVAL);
	munmap(memory, 2 * MIB);
	write_file("/proc/sys/vm/nr_hugepages", "0");
}

TEST(wipe_of_the_main_stack_is_EINVAL)
{
	char here;

	CHECK_FAILS(wipe_mark((void *)((uintptr_t)&here & -PAGE), PAGE), EINVAL);
}

TEST(wipe_of_mergeable_memory_is_EINVAL)
{
	void *memory = map_alone(PAGE);

	CHECK(madvise(memory, PAGE, MADV_MERGEABLE) == 0);
	CHECK_FAILS(wipe_mark(memory, PAGE), EINVAL);
}

TEST(wipe_of_sealed_memory_is_EPERM)
{
	void *memory = map_alone(PAGE);

	CHECK(syscall(SYS_mseal, memory, PAGE, 0) == 0);
	CHECK_FAILS(wipe_mark(memory, PAGE), EPERM);
}

TEST(wipe_of_part_of_a_mapping_is_EINVAL)
{
	char *memory = map_alone(3 * PAGE);

	CHECK_FAILS(wipe_mark(memory + PAGE, PAGE), EINVAL);
	CHECK_FAILS(wipe_mark(memory, PAGE), EINVAL);
	CHECK_FAILS(wipe_mark(memory + 2 * PAGE, PAGE), EINVAL);
	CHECK(survives_wipe(memory, 3 * PAGE));
}

TEST(wipe_of_a_part_that_madvise_set_apart)
{
	char *memory = map_alone(3 * PAGE);

	CHECK(madvise(memory + PAGE, PAGE, MADV_DONTDUMP) == 0);
	CHECK(wipe_mark(memory + PAGE, PAGE) == 0);
	CHECK(survives_wipe(memory, PAGE));
	CHECK(survives_wipe(memory + 2 * PAGE, PAGE));
	CHECK(!survives_wipe(memory + PAGE, PAGE));
}

TEST(wipe_of_heap_memory)
{
	char *memory = sbrk(0);

	memory = (char *)(((uintptr_t)memory + PAGE - 1) & -PAGE);
	CHECK(brk(memory + 3 * PAGE) == 0);
	CHECK(madvise(memory + PAGE, PAGE, MADV_DONTDUMP) == 0);
	CHECK(wipe_mark(memory + PAGE, PAGE) == 0);
	CHECK(!survives_wipe(memory + PAGE, PAGE));
	CHECK(survives_wipe(memory, PAGE));
}

TEST(wipe_over_several_mappings_marks_each)
{
	char *memory = map_alone(4 * PAGE);

	CHECK(mprotect(memory + PAGE, PAGE, PROT_READ) == 0);
	CHECK(mprotect(memory + PAGE, PAGE, PROT_READ | PROT_WRITE) == 0);
	CHECK(madvise(memory + 2 * PAGE, PAGE, MADV_DONTDUMP) == 0);
	CHECK(wipe_mark(memory, 4 * PAGE) == 0);
	CHECK(!survives_wipe(memory, 4 * PAGE));
}

TEST(wipe_marked_twice_and_in_part_again)
{
	char *memory = map_alone(3 * PAGE);

	CHECK(wipe_mark(memory, 3 * PAGE) == 0);
	CHECK(wipe_mark(memory, 3 * PAGE) == 0);
	CHECK(wipe_mark(memory + PAGE, PAGE) == 0);
	CHECK(!survives_wipe(memory, 3 * PAGE));
}

TEST(wipe_mark_can_be_taken_away)
{
	char *memory = map_alone(3 * PAGE);

	CHECK(wipe_mark(memory, 3 * PAGE) == 0);
	CHECK_FAILS(wipe_keep(memory + PAGE, PAGE), EINVAL);
	CHECK(wipe_keep(memory, 3 * PAGE) == 0);
	CHECK(survives_wipe(memory, 3 * PAGE));
	CHECK(wipe_keep(memory + PAGE, PAGE) == 0);
}

TEST(wipe_mark_can_be_taken_away_in_part)
{
	char *memory = map_alone(3 * PAGE);

	CHECK(wipe_mark(memory, 3 * PAGE) == 0);
	CHECK(madvise(memory + PAGE, PAGE, MADV_DONTDUMP) == 0);
	CHECK(wipe_keep(memory + PAGE, PAGE) == 0);
	CHECK(survives_wipe(memory + PAGE, PAGE));
	CHECK(!survives_wipe(memory, PAGE));
	CHECK(!survives_wipe(memory + 2 * PAGE, PAGE));
}

TEST(wipe_of_more_than_the_limit_is_ENOSPC)
{
	size_t limit = SYSGENID_WIPE_BYTES_MAX;

	CHECK_FAILS(wipe_mark(map_alone(limit + PAGE), limit + PAGE), ENOSPC);
	CHECK(wipe_mark(map_alone(limit - PAGE), limit - PAGE) == 0);
	CHECK_FAILS(wipe_mark(map_alone(2 * PAGE), 2 * PAGE), ENOSPC);
	CHECK(wipe_mark(map_alone(PAGE), PAGE) == 0);
	CHECK_FAILS(wipe_mark(map_alone(PAGE), PAGE), ENOSPC);
}

TEST(wipe_of_more_mappings_than_the_limit_is_ENOSPC)
{
	for (int i = 0; i < SYSGENID_WIPE_RANGES_MAX; i++)
		CHECK(wipe_mark(map_alone(PAGE), PAGE) == 0);
	CHECK_FAILS(wipe_mark(map_alone(PAGE), PAGE), ENOSPC);
}

TEST(wipe_mark_moves_with_mremap_and_grows)
{
	char *memory = map_alone(2 * PAGE);
	char *moved;

	CHECK(wipe_mark(memory, 2 * PAGE) == 0);
	fill(memory, 2 * PAGE, SEED);
	moved = mremap(memory, 2 * PAGE, 8 * PAGE, MREMAP_MAYMOVE);
	CHECK(moved != MAP_FAILED && moved != memory);
	CHECK(is_filled(moved, 2 * PAGE, SEED));
	CHECK(!survives_wipe(moved, 8 * PAGE));
}

TEST(wipe_mark_does_not_stay_where_memory_was_unmapped)
{
	char *memory = map_alone(2 * PAGE);

	CHECK(wipe_mark(memory, 2 * PAGE) == 0);
	CHECK(munmap(memory, 2 * PAGE) == 0);
	CHECK(mmap(memory, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == memory);
	CHECK(survives_wipe(memory, 2 * PAGE));
}

TEST(wipe_mark_outlives_protection_locking_and_advice)
{
	char *memory = map_alone(4 * PAGE);

	CHECK(wipe_mark(memory, 4 * PAGE) == 0);
	CHECK(mprotect(memory + PAGE, PAGE, PROT_READ) == 0);
	CHECK(mprotect(memory + PAGE, PAGE, PROT_READ | PROT_WRITE) == 0);
	CHECK(mlock(memory + 2 * PAGE, PAGE) == 0);
	CHECK(madvise(memory, PAGE, MADV_DONTDUMP) == 0);
	CHECK(madvise(memory, PAGE, MADV_WIPEONFORK) == 0);
	CHECK(!survives_wipe(memory, 4 * PAGE));
}

TEST(wipe_by_an_ordinary_user_is_EACCES)
{
	struct sysgenid_wipe_report report;
	char *memory = map_alone(PAGE);

	fill(memory, PAGE, SEED);
	CHECK(wipe_mark(memory, PAGE) == 0);
	keep_capability(NO_CAPABILITY);
	CHECK_FAILS(wipe_all(&report), EACCES);
	CHECK(is_filled(memory, PAGE, SEED));
	/* Marking one's own memory needs no right. */
	CHECK(wipe_mark(map_alone(PAGE), PAGE) == 0);
}

TEST(wipe_report_at_a_bad_pointer_is_EFAULT)
{
	CHECK_FAILS(wipe_all((void *)8), EFAULT);
}

TEST(wipe_without_marks_reports_nothing)
{
	struct sysgenid_wipe_report report;

	memset(&report, 0xFF, sizeof(report));
	CHECK(wipe_all(&report) == 0);
	CHECK(is_zero(&report, sizeof(report)));
}
