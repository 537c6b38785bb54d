// SPDX-License-Identifier: GPL-2.0
/* WIPE_ALL: relatives, threads, locked, huge, swapped and unreadable memory, frozen and stuck processes. */
#include "tap.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SEED 0xC0FFEE
#define OTHER_SEED 0xDECADE
#define CROWD 200

static void *marked(size_t size)
{
	void *memory = map_alone(size);

	CHECK(wipe_mark(memory, size) == 0);
	fill(memory, size, SEED);
	return memory;
}

static struct sysgenid_wipe_report wipe(void)
{
	struct sysgenid_wipe_report report;

	CHECK(wipe_all(&report) == 0);
	return report;
}

TEST(wiped_memory_reads_as_zeros_and_can_be_used)
{
	char *memory = marked(16 * PAGE);
	char *plain = map_alone(16 * PAGE);
	struct sysgenid_wipe_report report;

	fill(plain, 16 * PAGE, OTHER_SEED);
	report = wipe();
	CHECK(is_zero(memory, 16 * PAGE));
	CHECK(is_filled(plain, 16 * PAGE, OTHER_SEED));
	CHECK(report.processes == 1 && report.ranges == 1 && report.pages == 16);
	CHECK(report.left == 0 && report.swapped == 0 && report.busy == 0);
	fill(memory, 16 * PAGE, OTHER_SEED);
	CHECK(is_filled(memory, 16 * PAGE, OTHER_SEED));
	wipe();
	CHECK(is_zero(memory, 16 * PAGE));
}

TEST(wiped_memory_is_zero_in_proc_mem)
{
	static char copy[4 * PAGE];
	char *memory = marked(sizeof(copy));
	int fd = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);

	CHECK(pread(fd, copy, sizeof(copy), (uintptr_t)memory) == sizeof(copy));
	CHECK(is_filled(copy, sizeof(copy), SEED));
	wipe();
	CHECK(pread(fd, copy, sizeof(copy), (uintptr_t)memory) == sizeof(copy));
	CHECK(is_zero(copy, sizeof(copy)));
}

TEST(untouched_memory_stays_untouched)
{
	char *memory = map_alone(64 * MIB);
	char path[] = "/proc/self/status";

	CHECK(wipe_mark(memory, 64 * MIB) == 0);
	/* Reading maps the kernel's page of zeros, which must not be counted or cleared. */
	CHECK(is_zero(memory + MIB, PAGE));
	CHECK(wipe().pages == 0);
	CHECK(number_in(path, "VmRSS:") < 8192);
}

struct relatives {
	void *memory;
	volatile int stage;
	size_t size;
};

static void expect_zeros_at_stage_two(void *argument)
{
	struct relatives *relatives = argument;

	CHECK(is_filled(relatives->memory, relatives->size, SEED));
	relatives->stage = 1;
	while (relatives->stage != 2)
		sched_yield();
	CHECK(is_zero(relatives->memory, relatives->size));
}

static void expect_zeros_in_own_copy(void *argument)
{
	struct relatives *relatives = argument;

	fill(relatives->memory, relatives->size, OTHER_SEED);
	relatives->stage = 1;
	while (relatives->stage != 2)
		sched_yield();
	CHECK(is_zero(relatives->memory, relatives->size));
}

static void take_mark_away(void *argument)
{
	struct relatives *relatives = argument;

	CHECK(wipe_keep(relatives->memory, relatives->size) == 0);
	relatives->stage = 1;
	while (relatives->stage != 2)
		sched_yield();
	CHECK(is_filled(relatives->memory, relatives->size, SEED));
}

static struct sysgenid_wipe_report wipe_with_child(void (*child)(void *), size_t pages)
{
	struct relatives *relatives = share(PAGE);
	struct sysgenid_wipe_report report;
	pid_t pid;

	relatives->size = pages * PAGE;
	relatives->memory = marked(relatives->size);
	pid = start(child, relatives);
	while (relatives->stage != 1) {
		CHECK(state_of(pid) != 'Z');
		sched_yield();
	}
	report = wipe();
	CHECK(is_zero(relatives->memory, relatives->size));
	relatives->stage = 2;
	finish(pid);
	return report;
}

TEST(forked_child_that_shares_pages_is_wiped)
{
	struct sysgenid_wipe_report report = wipe_with_child(expect_zeros_at_stage_two, 8);

	CHECK(report.processes == 2 && report.pages == 8 && report.left == 0);
}

TEST(forked_child_with_a_copy_is_wiped)
{
	struct sysgenid_wipe_report report = wipe_with_child(expect_zeros_in_own_copy, 8);

	CHECK(report.processes == 2 && report.pages == 16);
}

TEST(forked_child_that_took_the_mark_away_keeps_its_memory)
{
	struct sysgenid_wipe_report report = wipe_with_child(take_mark_away, 8);

	CHECK(report.processes == 1 && report.pages == 0);
}

static void fork_and_expect_zeros(void *argument)
{
	finish(start(expect_zeros_at_stage_two, argument));
}

TEST(grandchild_is_wiped)
{
	CHECK(wipe_with_child(fork_and_expect_zeros, 8).processes == 3);
}

static void exec_self(void *unused)
{
	(void)unused;
	execl("/init", "/init", "pause", NULL);
}

TEST(program_that_was_executed_has_no_marks)
{
	pid_t pid;

	marked(4 * PAGE);
	pid = start(exec_self, NULL);
	await_system_call(pid, SYS_pause);
	CHECK(wipe().processes == 1);
	end(pid);
}

static void mark_and_pause(void *ready)
{
	fill(marked(4 * PAGE), 4 * PAGE, SEED);
	__atomic_add_fetch((int *)ready, 1, __ATOMIC_SEQ_CST);
	pause();
}

TEST(process_that_ended_has_no_marks)
{
	volatile int *ready = share(PAGE);
	pid_t pid = start(mark_and_pause, (void *)ready);

	while (*ready != 1)
		sched_yield();
	CHECK(wipe().processes == 1);
	end(pid);
	CHECK(wipe().processes == 0);
}

TEST(two_hundred_processes_are_wiped)
{
	volatile int *ready = share(PAGE);
	struct sysgenid_wipe_report report;

	for (int i = 0; i < CROWD; i++)
		start(mark_and_pause, (void *)ready);
	while (*ready != CROWD)
		sched_yield();
	report = wipe();
	CHECK(report.processes == CROWD && report.ranges == CROWD && report.pages == 4 * CROWD);
	CHECK(wipe().pages == 0);
}

static void *expect_zeros_in_thread(void *argument)
{
	expect_zeros_at_stage_two(argument);
	return NULL;
}

TEST(threads_see_zeros)
{
	struct relatives relatives = { .memory = marked(8 * PAGE), .size = 8 * PAGE };
	pthread_t thread;

	CHECK(pthread_create(&thread, NULL, expect_zeros_in_thread, &relatives) == 0);
	while (relatives.stage != 1)
		sched_yield();
	CHECK(wipe().processes == 1);
	relatives.stage = 2;
	CHECK(pthread_join(thread, NULL) == 0);
}

static void *hold_secret_and_pause(void *ready)
{
	mark_and_pause(ready);
	return NULL;
}

static void leave_thread_behind(void *ready)
{
	pthread_t thread;

	CHECK(pthread_create(&thread, NULL, hold_secret_and_pause, ready) == 0);
	pthread_exit(NULL);
}

TEST(process_whose_first_thread_ended_is_wiped)
{
	volatile int *ready = share(PAGE);
	pid_t pid = start(leave_thread_behind, (void *)ready);

	while (*ready != 1 || state_of(pid) != 'Z')
		sched_yield();
	CHECK(wipe().pages == 4);
	CHECK(kill(pid, SIGKILL) == 0);
}

TEST(locked_memory_is_wiped_and_stays_locked)
{
	char *memory = marked(16 * PAGE);

	CHECK(mlock(memory, 16 * PAGE) == 0);
	CHECK(number_in("/proc/self/status", "VmLck:") == 64);
	CHECK(wipe().pages == 16);
	CHECK(is_zero(memory, 16 * PAGE));
	CHECK(number_in("/proc/self/status", "VmLck:") == 64);
	CHECK(munlock(memory, 16 * PAGE) == 0);
}

TEST(memory_without_access_is_wiped)
{
	char *memory = marked(4 * PAGE);

	CHECK(mprotect(memory, 4 * PAGE, PROT_NONE) == 0);
	CHECK(wipe().pages == 4);
	CHECK(mprotect(memory, 4 * PAGE, PROT_READ | PROT_WRITE) == 0);
	CHECK(is_zero(memory, 4 * PAGE));
}

static long huge_kib(void)
{
	return number_in("/proc/self/smaps_rollup", "AnonHugePages:");
}

TEST(huge_pages_are_wiped)
{
	char *memory = map_alone(8 * MIB);

	CHECK(madvise(memory, 8 * MIB, MADV_HUGEPAGE) == 0);
	CHECK(wipe_mark(memory, 8 * MIB) == 0);
	fill(memory, 8 * MIB, SEED);
	CHECK(huge_kib() >= 4096);
	CHECK(wipe().pages == 8 * MIB / PAGE);
	CHECK(is_zero(memory, 8 * MIB));
}

TEST(huge_page_marked_in_part_keeps_the_rest)
{
	char *memory = map_alone(8 * MIB);
	char *inside = (char *)(((uintptr_t)memory + 2 * MIB - 1) & -(2 * MIB)) + 16 * PAGE;

	CHECK(madvise(memory, 8 * MIB, MADV_HUGEPAGE) == 0);
	fill(memory, 8 * MIB, SEED);
	CHECK(huge_kib() >= 4096);
	CHECK(madvise(inside, 32 * PAGE, MADV_DONTDUMP) == 0);
	CHECK(wipe_mark(inside, 32 * PAGE) == 0);
	CHECK(wipe().pages == 32);
	CHECK(is_zero(inside, 32 * PAGE));
	fill(inside, 32 * PAGE, OTHER_SEED);
	for (size_t i = 0; i < 32 * PAGE; i += 8)
		*(uint64_t *)(inside + i) = 0;
	CHECK(!is_filled(memory, 8 * MIB, SEED));
	CHECK(is_filled(memory, inside - memory, SEED));
}

TEST(gibibyte_is_wiped)
{
	size_t size = 1UL << 30;
	char *memory = map_alone(size);
	unsigned long begin;

	CHECK(madvise(memory, size, MADV_NOHUGEPAGE) == 0);
	CHECK(wipe_mark(memory, size) == 0);
	for (size_t i = 0; i < size; i += PAGE)
		fill(memory + i, 64, SEED);
	begin = elapsed_ms();
	CHECK(wipe().pages == size / PAGE);
	diagnose("1 GiB of small pages in %lu ms", elapsed_ms() - begin);
	begin = elapsed_ms();
	CHECK(wipe().pages == 0);
	diagnose(", empty in %lu ms", elapsed_ms() - begin);
	for (size_t i = 0; i < size; i += 256 * PAGE)
		CHECK(is_zero(memory + i, PAGE));
}

static void make_swap(const char *path)
{
	static char header[PAGE];
	uint32_t *fields = (uint32_t *)(header + 1024);
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	fields[0] = 1;
	fields[1] = 32 * MIB / PAGE - 1;
	memcpy(header + PAGE - 10, "SWAPSPACE2", 10);
	CHECK(fd >= 0);
	CHECK(write(fd, header, sizeof(header)) == sizeof(header));
	CHECK(fsync(fd) == 0);
	close(fd);
}

TEST(swapped_memory_is_dropped_and_reported_as_EUCLEAN)
{
	struct sysgenid_wipe_report report;
	char *memory;

	make_swap("/dev/vda");
	CHECK(swapon("/dev/vda", 0) == 0);
	memory = marked(MIB);
	while (number_in("/proc/self/status", "VmSwap:") == 0)
		CHECK(madvise(memory, MIB, MADV_PAGEOUT) == 0);
	CHECK_FAILS(wipe_all(&report), EUCLEAN);
	CHECK(report.swapped > 0 && report.processes == 1 && report.busy == 0);
	CHECK(number_in("/proc/self/status", "VmSwap:") == 0);
	CHECK(is_zero(memory, MIB));
	CHECK(wipe().swapped == 0);
	CHECK(swapoff("/dev/vda") == 0);
}

struct frozen_writer {
	volatile uint64_t turns;
	volatile bool stop;
	void *memory;
};

static void write_on_and_on(void *argument)
{
	struct frozen_writer *writer = argument;

	write_file("/sys/fs/cgroup/function/cgroup.procs", "0");
	writer->memory = marked(16 * PAGE);
	while (!writer->stop) {
		fill(writer->memory, 16 * PAGE, SEED);
		writer->turns++;
	}
}

TEST(frozen_process_is_wiped_and_goes_on)
{
	static char copy[16 * PAGE];
	struct frozen_writer *writer = share(PAGE);
	char path[64];
	uint64_t turns;
	pid_t pid;
	int fd;

	make_group("function");
	pid = start(write_on_and_on, writer);
	while (writer->turns < 3)
		sched_yield();
	write_file("/sys/fs/cgroup/function/cgroup.freeze", "1");
	while (number_in("/sys/fs/cgroup/function/cgroup.events", "frozen ") != 1)
		sched_yield();
	CHECK(wipe().pages == 16);
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	CHECK(pread(fd, copy, sizeof(copy), (uintptr_t)writer->memory) == sizeof(copy));
	CHECK(is_zero(copy, sizeof(copy)));
	turns = writer->turns;
	write_file("/sys/fs/cgroup/function/cgroup.freeze", "0");
	while (writer->turns < turns + 3)
		sched_yield();
	writer->stop = true;
	finish(pid);
}

static void hold_lock_of(void *pid)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", *(pid_t *)pid);
	write_file("/dev/mmap_lock_holder", text);
}

TEST(process_whose_memory_is_locked_is_EBUSY_in_time)
{
	volatile int *ready = share(PAGE);
	pid_t secretive = start(mark_and_pause, (void *)ready);
	struct sysgenid_wipe_report report;
	unsigned long begin;
	pid_t holder;

	while (*ready != 1)
		sched_yield();
	holder = start(hold_lock_of, &secretive);
	await_system_call(holder, SYS_write);
	marked(4 * PAGE);
	begin = elapsed_ms();
	CHECK_FAILS(wipe_all(&report), EBUSY);
	CHECK(elapsed_ms() - begin < 3000);
	CHECK(report.busy == 1 && report.processes == 1 && report.pages == 4);
	end(holder);
	CHECK(wipe().pages == 4);
	end(secretive);
}

/* Everything that changes mappings, at once, for the wipe to meet. */
static void change_for_ever(void *unused)
{
	(void)unused;
	for (;;) {
		char *memory = map_alone(4 * MIB);
		pid_t pid;

		madvise(memory, 4 * MIB, MADV_HUGEPAGE);
		CHECK(wipe_mark(memory, 4 * MIB) == 0);
		for (size_t i = 0; i < 4 * MIB; i += PAGE)
			memory[i] = 1;
		pid = fork();
		if (pid == 0) {
			for (size_t i = 0; i < 4 * MIB; i += 4 * PAGE)
				memory[i] = 2;
			mremap(memory, 4 * MIB, 2 * MIB, 0);
			_exit(0);
		}
		madvise(memory + MIB, MIB, MADV_DONTNEED);
		mprotect(memory + 2 * MIB, MIB, PROT_READ);
		waitpid(pid, NULL, 0);
		munmap(memory, 4 * MIB);
	}
}

TEST(wipe_while_processes_change_their_memory)
{
	struct sysgenid_wipe_report report;

	for (int i = 0; i < 4; i++)
		start(change_for_ever, NULL);
	for (int i = 0; i < 50; i++)
		CHECK(wipe_all(&report) == 0 || errno == EBUSY);
}
