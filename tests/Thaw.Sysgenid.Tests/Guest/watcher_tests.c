// SPDX-License-Identifier: GPL-2.0
/* SET_WATCHER_TRACKING, WAIT_WATCHERS, and watchers that end, freeze or are many. */
#include "tap.h"

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define WATCHERS 200
#define ROUNDS 20
#define LONG_MS 20000

static int tracked_device(void)
{
	int fd = open_device(0);

	CHECK(track(fd, true) == 0);
	return fd;
}

static unsigned long ms_of_timeout(unsigned int limit_ms)
{
	unsigned long begin = elapsed_ms();

	CHECK_FAILS(wait_watchers(open_device(0), limit_ms), ETIME);
	return elapsed_ms() - begin;
}

TEST(wait_without_watchers_returns_at_once)
{
	int fd = open_device(0);

	CHECK(wait_watchers(fd, 0) == 0);
	CHECK(wait_watchers(fd, LONG_MS) == 0);
}

TEST(wait_does_not_wait_for_the_untracked)
{
	int untracked = open_device(0);

	CHECK(trigger(0) == 0);
	CHECK(is_readable(untracked));
	CHECK(wait_watchers(open_device(0), 0) == 0);
}

TEST(wait_for_an_outdated_watcher_ends_at_the_limit_with_ETIME)
{
	int watcher = tracked_device();

	CHECK(trigger(0) == 0);
	CHECK(ms_of_timeout(50) >= 50);
	CHECK(ms_of_timeout(1) < LONG_MS);
	CHECK(confirm(watcher) == 0);
	CHECK(wait_watchers(open_device(0), 0) == 0);
}

static void wait_for_all(void *limit_ms)
{
	/* Not an owner of the watchers that it waits for. */
	CHECK(close_range(3, UINT_MAX, 0) == 0);
	CHECK(wait_watchers(open_device(0), *(unsigned int *)limit_ms) == 0);
}

static pid_t start_waiting(unsigned int limit_ms)
{
	pid_t waiter = start(wait_for_all, &limit_ms);

	await_system_call(waiter, SYS_ioctl);
	return waiter;
}

TEST(wait_without_limit_ends_with_the_last_confirmation)
{
	int one = tracked_device();
	int other = tracked_device();
	pid_t waiter;

	CHECK(trigger(0) == 0);
	waiter = start_waiting(0);
	CHECK(confirm(one) == 0);
	CHECK_FAILS(wait_watchers(open_device(0), 1), ETIME);
	CHECK(confirm(other) == 0);
	finish(waiter);
}

TEST(wait_ends_when_the_watcher_closes)
{
	int watcher = tracked_device();
	pid_t waiter;

	CHECK(trigger(0) == 0);
	waiter = start_waiting(LONG_MS);
	close(watcher);
	finish(waiter);
}

TEST(wait_ends_when_the_watcher_stops_tracking)
{
	int watcher = tracked_device();
	pid_t waiter;

	CHECK(trigger(0) == 0);
	waiter = start_waiting(LONG_MS);
	CHECK(track(watcher, false) == 0);
	finish(waiter);
}

static void watch_and_pause(void *ready)
{
	tracked_device();
	*(volatile bool *)ready = true;
	pause();
}

static pid_t start_watcher(void)
{
	volatile bool *ready = share(PAGE);
	pid_t watcher = start(watch_and_pause, (void *)ready);

	while (!*ready)
		sched_yield();
	return watcher;
}

TEST(wait_ends_when_the_watcher_is_killed)
{
	pid_t watcher = start_watcher();
	pid_t waiter;

	CHECK(trigger(0) == 0);
	waiter = start_waiting(LONG_MS);
	end(watcher);
	finish(waiter);
}

TEST(wait_by_an_outdated_caller_is_EINTR)
{
	int fd = open_device(0);

	CHECK(trigger(0) == 0);
	CHECK_FAILS(wait_watchers(fd, 0), EINTR);
	CHECK_FAILS(wait_watchers(fd, 1), EINTR);
	CHECK(confirm(fd) == 0);
	CHECK(wait_watchers(fd, 0) == 0);
}

static void wait_until_outdated(void *unused)
{
	(void)unused;
	CHECK_FAILS(wait_watchers(open_device(0), 0), EINTR);
}

TEST(wait_by_a_caller_that_becomes_outdated_is_EINTR)
{
	pid_t waiter;

	tracked_device();
	CHECK(trigger(0) == 0);
	waiter = start(wait_until_outdated, NULL);
	await_system_call(waiter, SYS_ioctl);
	CHECK(trigger(0) == 0);
	finish(waiter);
}

static void on_signal(int number)
{
	(void)number;
}

static void wait_interrupted(void *unused)
{
	struct sigaction action = { .sa_handler = on_signal };

	(void)unused;
	sigaction(SIGUSR1, &action, NULL);
	CHECK_FAILS(wait_watchers(open_device(0), 0), EINTR);
}

TEST(wait_interrupted_by_a_signal_is_EINTR)
{
	pid_t waiter;

	tracked_device();
	CHECK(trigger(0) == 0);
	waiter = start(wait_interrupted, NULL);
	await_system_call(waiter, SYS_ioctl);
	CHECK(kill(waiter, SIGUSR1) == 0);
	finish(waiter);
}

TEST(tracking_begun_while_outdated_counts)
{
	int fd = open_device(0);

	CHECK(trigger(0) == 0);
	CHECK(wait_watchers(open_device(0), 0) == 0);
	CHECK(track(fd, true) == 0);
	CHECK_FAILS(wait_watchers(open_device(0), 1), ETIME);
	CHECK(confirm(fd) == 0);
	CHECK(wait_watchers(open_device(0), 0) == 0);
}

TEST(tracking_twice_counts_once)
{
	int fd = tracked_device();

	CHECK(track(fd, true) == 0);
	CHECK(trigger(0) == 0);
	CHECK(confirm(fd) == 0);
	CHECK(wait_watchers(open_device(0), 0) == 0);
	CHECK(trigger(0) == 0);
	CHECK(track(fd, false) == 0);
	CHECK(track(fd, false) == 0);
	CHECK(wait_watchers(open_device(0), 0) == 0);
}

TEST(confirming_twice_counts_once)
{
	int one = tracked_device();
	int other = tracked_device();

	CHECK(trigger(0) == 0);
	CHECK(confirm(one) == 0);
	CHECK(confirm(one) == 0);
	CHECK_FAILS(wait_watchers(open_device(0), 1), ETIME);
	CHECK(confirm(other) == 0);
	CHECK(wait_watchers(open_device(0), 0) == 0);
}

TEST(several_changes_need_one_confirmation)
{
	int fd = tracked_device();

	for (int i = 0; i < 5; i++)
		CHECK(trigger(0) == 0);
	CHECK(confirm(fd) == 0);
	CHECK(wait_watchers(open_device(0), 0) == 0);
}

static void inherit_and_exit(void *unused)
{
	(void)unused;
}

TEST(watcher_that_was_inherited_ends_with_its_last_owner)
{
	int fd = tracked_device();

	finish(start(inherit_and_exit, NULL));
	CHECK(trigger(0) == 0);
	CHECK_FAILS(wait_watchers(open_device(0), 1), ETIME);
	close(fd);
	CHECK(wait_watchers(open_device(0), 0) == 0);
}

static void exec_self(void *unused)
{
	(void)unused;
	tracked_device();
	execl("/init", "/init", "pause", NULL);
}

TEST(watcher_ends_with_exec)
{
	pid_t pid = start(exec_self, NULL);

	await_system_call(pid, SYS_pause);
	CHECK(trigger(0) == 0);
	CHECK(wait_watchers(open_device(0), LONG_MS) == 0);
	end(pid);
}

struct crowd {
	volatile uint32_t adjusted[WATCHERS];
	volatile uint32_t ready;
};

/* A well-behaved program: sleeps, adjusts, confirms. */
static void adjust_for_ever(struct crowd *crowd, int index)
{
	int fd = tracked_device();
	uint32_t value;

	__atomic_add_fetch(&crowd->ready, 1, __ATOMIC_SEQ_CST);
	for (;;) {
		CHECK(read(fd, &value, sizeof(value)) == 4);
		crowd->adjusted[index] = value;
		/* Refused when the counter changed again meanwhile. */
		CHECK(write(fd, &value, sizeof(value)) == 4 || errno == EINVAL);
	}
}

static struct crowd *gather(pid_t *pids)
{
	struct crowd *crowd = share(sizeof(*crowd));

	for (int i = 0; i < WATCHERS; i++) {
		pids[i] = fork();
		CHECK(pids[i] >= 0);
		if (pids[i] == 0)
			adjust_for_ever(crowd, i);
	}
	while (crowd->ready != WATCHERS)
		sched_yield();
	return crowd;
}

TEST(two_hundred_watchers_are_all_waited_for)
{
	pid_t pids[WATCHERS];
	struct crowd *crowd = gather(pids);

	for (int round = 0; round < ROUNDS; round++) {
		uint32_t value;

		CHECK(trigger(0) == 0);
		value = counter_now();
		CHECK(wait_watchers(open_device(0), LONG_MS) == 0);
		for (int i = 0; i < WATCHERS; i++)
			CHECK(crowd->adjusted[i] == value);
	}
}

TEST(two_hundred_watchers_of_which_half_die)
{
	pid_t pids[WATCHERS];
	struct crowd *crowd = gather(pids);
	uint32_t value;

	CHECK(trigger(0) == 0);
	for (int i = 0; i < WATCHERS; i += 2)
		CHECK(kill(pids[i], SIGKILL) == 0);
	CHECK(trigger(0) == 0);
	value = counter_now();
	CHECK(wait_watchers(open_device(0), LONG_MS) == 0);
	for (int i = 1; i < WATCHERS; i += 2)
		CHECK(crowd->adjusted[i] == value);
}

TEST(two_hundred_watchers_and_changes_that_do_not_wait)
{
	pid_t pids[WATCHERS];
	struct crowd *crowd = gather(pids);
	uint32_t value;

	for (int i = 0; i < 500; i++)
		CHECK(trigger(0) == 0);
	value = counter_now();
	CHECK(wait_watchers(open_device(0), LONG_MS) == 0);
	for (int i = 0; i < WATCHERS; i++)
		CHECK(crowd->adjusted[i] == value);
	diagnose("counter %u", value);
}

static void freeze(const char *group, bool frozen)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/fs/cgroup/%s/cgroup.freeze", group);
	write_file(path, frozen ? "1" : "0");
	snprintf(path, sizeof(path), "/sys/fs/cgroup/%s/cgroup.events", group);
	while (number_in(path, "frozen ") != frozen)
		sched_yield();
}

struct frozen_reader {
	volatile bool ready;
	volatile bool confirmed;
};

static void read_in_group(void *argument)
{
	struct frozen_reader *reader = argument;
	int fd = tracked_device();
	uint32_t value;

	write_file("/sys/fs/cgroup/watchers/cgroup.procs", "0");
	reader->ready = true;
	/* The freeze interrupts this call and begins it again: the program notices nothing. */
	CHECK(read(fd, &value, sizeof(value)) == 4);
	CHECK(write(fd, &value, sizeof(value)) == 4);
	reader->confirmed = true;
}

TEST(frozen_watcher_confirms_after_the_thaw)
{
	struct frozen_reader *reader = share(PAGE);
	pid_t pid;

	make_group("watchers");
	pid = start(read_in_group, reader);
	while (!reader->ready)
		sched_yield();
	await_system_call(pid, SYS_read);
	freeze("watchers", true);
	CHECK(trigger(0) == 0);
	CHECK_FAILS(wait_watchers(open_device(0), 20), ETIME);
	CHECK(!reader->confirmed);
	freeze("watchers", false);
	CHECK(wait_watchers(open_device(0), LONG_MS) == 0);
	finish(pid);
}

TEST(confirmation_counts_after_the_counter_wrapped_round)
{
	int fd = tracked_device();
	uint32_t before = counter_now();

	/* Round to the very value that the watcher confirmed last: it is outdated all the same. */
	CHECK(trigger(UINT32_MAX) == 0);
	CHECK(trigger(before) == 0);
	CHECK(counter_now() == before);
	CHECK(is_readable(fd));
	CHECK_FAILS(wait_watchers(open_device(0), 1), ETIME);
	CHECK(confirm(fd) == 0);
	CHECK(wait_watchers(open_device(0), 0) == 0);
}
