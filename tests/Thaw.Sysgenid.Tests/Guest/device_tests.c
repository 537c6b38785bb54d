// SPDX-License-Identifier: GPL-2.0
/* open, read, write, poll, mmap, TRIGGER_GEN_UPDATE: each line of the table in docs/sysgenid.md. */
#include "tap.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#ifndef CAP_CHECKPOINT_RESTORE
#define CAP_CHECKPOINT_RESTORE 40
#endif
#define MISC_MAJOR 10

/* Volatile: the compiler is not to reason about it. */
static char *volatile bad_pointer = (char *)8;

TEST(counter_starts_at_zero)
{
	uint32_t value;
	int fd = open_device(O_NONBLOCK);

	CHECK(counter_now() == 0);
	CHECK(!is_readable(fd));
	CHECK_FAILS(read(fd, &value, sizeof(value)), EAGAIN);
}

TEST(node_is_a_misc_device_for_everybody)
{
	struct stat status;

	CHECK(stat(SYSGENID_DEVICE, &status) == 0);
	CHECK(S_ISCHR(status.st_mode));
	CHECK(major(status.st_rdev) == MISC_MAJOR);
	CHECK((status.st_mode & 07777) == 0666);
}

TEST(ordinary_user_opens_reads_confirms_and_tracks)
{
	uint32_t value = 0;
	int fd;

	CHECK(setgid(65534) == 0 && setuid(65534) == 0);
	fd = open_device(O_NONBLOCK);
	CHECK_FAILS(read(fd, &value, sizeof(value)), EAGAIN);
	CHECK(track(fd, true) == 0);
	CHECK(confirm(fd) == 0);
	CHECK(wait_watchers(fd, 1) == 0);
	CHECK(track(fd, false) == 0);
}

TEST(open_is_up_to_date_after_changes)
{
	uint32_t value;
	int fd;

	CHECK(trigger(0) == 0);
	fd = open_device(O_NONBLOCK);
	CHECK_FAILS(read(fd, &value, sizeof(value)), EAGAIN);
}

TEST(read_of_nothing_gives_zero_at_once)
{
	uint32_t value;
	int fd = open_device(0);

	CHECK(read(fd, &value, 0) == 0);
	CHECK(trigger(0) == 0);
	CHECK(read(fd, &value, 0) == 0);
}

TEST(read_of_fewer_than_four_bytes_is_EINVAL)
{
	uint32_t value;
	int fd = open_device(0);

	for (size_t size = 1; size < 4; size++)
		CHECK_FAILS(read(fd, &value, size), EINVAL);
	CHECK(trigger(0) == 0);
	for (size_t size = 1; size < 4; size++)
		CHECK_FAILS(read(fd, &value, size), EINVAL);
}

TEST(read_nonblocking_when_up_to_date_is_EAGAIN)
{
	uint32_t value;
	int fd = open_device(O_NONBLOCK);

	CHECK_FAILS(read(fd, &value, sizeof(value)), EAGAIN);
	CHECK(trigger(0) == 0);
	CHECK(read(fd, &value, sizeof(value)) == 4);
	CHECK(confirm(fd) == 0);
	CHECK_FAILS(read(fd, &value, sizeof(value)), EAGAIN);
}

TEST(read_gives_the_counter_and_does_not_confirm)
{
	uint32_t before = counter_now();
	uint32_t value = 0;
	int fd = open_device(0);

	CHECK(trigger(0) == 0);
	for (int i = 0; i < 3; i++) {
		CHECK(read(fd, &value, sizeof(value)) == 4);
		CHECK(value == before + 1);
	}
	CHECK(trigger(0) == 0);
	CHECK(read(fd, &value, sizeof(value)) == 4);
	CHECK(value == before + 2);
}

TEST(read_into_a_larger_buffer_gives_four_bytes)
{
	unsigned char buffer[64];
	int fd = open_device(0);

	memset(buffer, 0xAA, sizeof(buffer));
	CHECK(trigger(0) == 0);
	CHECK(read(fd, buffer, sizeof(buffer)) == 4);
	for (size_t i = 4; i < sizeof(buffer); i++)
		CHECK(buffer[i] == 0xAA);
}

TEST(read_into_a_bad_pointer_is_EFAULT)
{
	int fd = open_device(0);

	CHECK(trigger(0) == 0);
	CHECK_FAILS(read(fd, bad_pointer, 4), EFAULT);
}

static void read_one(void *expected)
{
	uint32_t value;
	int fd = open_device(0);

	CHECK(read(fd, &value, sizeof(value)) == 4);
	CHECK(value == *(uint32_t *)expected);
}

TEST(read_blocks_until_the_counter_changes)
{
	uint32_t expected = counter_now() + 1;
	pid_t reader = start(read_one, &expected);

	await_system_call(reader, SYS_read);
	CHECK(trigger(0) == 0);
	finish(reader);
}

static void on_signal(int number)
{
	(void)number;
}

static void read_interrupted(void *unused)
{
	struct sigaction action = { .sa_handler = on_signal };
	uint32_t value;
	int fd = open_device(0);

	(void)unused;
	sigaction(SIGUSR1, &action, NULL);
	CHECK_FAILS(read(fd, &value, sizeof(value)), EINTR);
}

TEST(read_interrupted_by_a_signal_is_EINTR)
{
	pid_t reader = start(read_interrupted, NULL);

	await_system_call(reader, SYS_read);
	CHECK(kill(reader, SIGUSR1) == 0);
	finish(reader);
}

TEST(write_of_another_size_is_ENOBUFS)
{
	uint64_t value[2] = { counter_now() };
	int fd = open_device(0);

	CHECK_FAILS(write(fd, value, 0), ENOBUFS);
	CHECK_FAILS(write(fd, value, 3), ENOBUFS);
	CHECK_FAILS(write(fd, value, 5), ENOBUFS);
	CHECK_FAILS(write(fd, value, 8), ENOBUFS);
}

TEST(write_of_another_value_is_EINVAL)
{
	uint32_t value;
	int fd = open_device(0);

	CHECK(trigger(0) == 0);
	value = counter_now() - 1;
	CHECK_FAILS(write(fd, &value, 4), EINVAL);
	value = counter_now() + 1;
	CHECK_FAILS(write(fd, &value, 4), EINVAL);
	CHECK(is_readable(fd));
}

TEST(write_from_a_bad_pointer_is_EFAULT)
{
	int fd = open_device(0);

	CHECK_FAILS(write(fd, bad_pointer, 4), EFAULT);
}

TEST(write_of_the_counter_confirms)
{
	uint32_t value;
	int fd = open_device(O_NONBLOCK);

	CHECK(trigger(0) == 0);
	CHECK(read(fd, &value, sizeof(value)) == 4);
	CHECK(write(fd, &value, sizeof(value)) == 4);
	CHECK_FAILS(read(fd, &value, sizeof(value)), EAGAIN);
	/* Once more does no harm. */
	CHECK(write(fd, &value, sizeof(value)) == 4);
}

TEST(confirming_is_per_descriptor)
{
	int one = open_device(0);
	int other = open_device(0);
	int copy = dup(one);

	CHECK(trigger(0) == 0);
	CHECK(confirm(one) == 0);
	CHECK(!is_readable(one));
	CHECK(!is_readable(copy));
	CHECK(is_readable(other));
}

TEST(poll_is_readable_from_change_to_confirmation)
{
	int fd = open_device(0);

	CHECK(!is_readable(fd));
	CHECK(trigger(0) == 0);
	CHECK(is_readable(fd));
	CHECK(is_readable(fd));
	CHECK(confirm(fd) == 0);
	CHECK(!is_readable(fd));
}

static void epoll_one(void *unused)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	int set = epoll_create1(EPOLL_CLOEXEC);

	(void)unused;
	CHECK(epoll_ctl(set, EPOLL_CTL_ADD, open_device(0), &event) == 0);
	CHECK(epoll_wait(set, &event, 1, -1) == 1);
	CHECK(event.events == EPOLLIN);
}

TEST(epoll_wakes_a_sleeper)
{
	pid_t sleeper = start(epoll_one, NULL);

	await_system_call(sleeper, SYS_epoll_wait);
	CHECK(trigger(0) == 0);
	finish(sleeper);
}

static volatile uint32_t *map_word(int flags)
{
	uint32_t *word = mmap(NULL, PAGE, PROT_READ, flags, open_device(0), 0);

	CHECK(word != MAP_FAILED);
	return word;
}

TEST(mmap_word_is_the_counter)
{
	volatile uint32_t *word = map_word(MAP_SHARED);
	volatile uint32_t *private_word = map_word(MAP_PRIVATE);
	uint32_t before = *word;

	CHECK(*private_word == before);
	CHECK(trigger(0) == 0);
	CHECK(*word == before + 1);
	CHECK(*private_word == before + 1);
	CHECK(is_zero((const void *)(word + 2), PAGE - 2 * sizeof(*word)));
}

static void spin_on_word(void *shared)
{
	volatile uint32_t *word = map_word(MAP_SHARED);
	volatile uint32_t *seen = shared;

	*seen = *word;
	while (*word == seen[0])
		;
	seen[1] = *word;
}

TEST(mmap_reader_sees_a_change_without_a_call)
{
	volatile uint32_t *seen = share(PAGE);
	uint32_t before = counter_now();
	pid_t reader;

	seen[0] = UINT32_MAX;
	reader = start(spin_on_word, (void *)seen);
	while (seen[0] != before)
		sched_yield();
	CHECK(trigger(0) == 0);
	finish(reader);
	CHECK(seen[1] == before + 1);
}

static void expect_change(void *word)
{
	uint32_t before = *(volatile uint32_t *)word;

	CHECK(trigger(0) == 0);
	CHECK(*(volatile uint32_t *)word == before + 1);
}

TEST(mmap_is_inherited_and_outlives_the_descriptor)
{
	int fd = open_device(0);
	uint32_t *word = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);

	CHECK(word != MAP_FAILED);
	close(fd);
	finish(start(expect_change, word));
	CHECK(madvise(word, PAGE, MADV_DONTNEED) == 0);
	expect_change(word);
}

TEST(mmap_for_writing_is_EPERM)
{
	int fd = open_device(0);
	void *word = (void *)map_word(MAP_SHARED);

	CHECK(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED && errno == EPERM);
	CHECK(mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED && errno == EPERM);
	CHECK(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0) == MAP_FAILED && errno == EPERM);
	CHECK_FAILS(mprotect(word, PAGE, PROT_READ | PROT_WRITE), EACCES);
}

TEST(mmap_of_another_page_or_size_is_EINVAL)
{
	int fd = open_device(0);

	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, PAGE) == MAP_FAILED && errno == EINVAL);
	CHECK(mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED && errno == EINVAL);
	CHECK(mremap((void *)map_word(MAP_SHARED), PAGE, 2 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED && errno == EFAULT);
}

/* The flags of the mapping that holds an address, from smaps. */
static void flags_of(const volatile void *memory, char *flags, size_t size)
{
	FILE *file = fopen("/proc/self/smaps", "re");
	char line[512];
	bool inside = false;

	CHECK(file != NULL);
	flags[0] = 0;
	while (fgets(line, sizeof(line), file)) {
		unsigned long first, last;

		if (sscanf(line, "%lx-%lx ", &first, &last) == 2)
			inside = (uintptr_t)memory >= first && (uintptr_t)memory < last;
		if (inside && strncmp(line, "VmFlags:", 8) == 0)
			snprintf(flags, size, "%s", line + 8);
	}
	fclose(file);
}

TEST(mmap_is_not_dumped_and_does_not_grow)
{
	char flags[512];

	flags_of(map_word(MAP_SHARED), flags, sizeof(flags));
	CHECK(strstr(flags, " dd ") != NULL);
	CHECK(strstr(flags, " de ") != NULL);
	CHECK(strstr(flags, " mw ") == NULL);
}

TEST(trigger_adds_one_or_goes_to_the_least_value)
{
	uint32_t before = counter_now();

	CHECK(trigger(0) == 0);
	CHECK(counter_now() == before + 1);
	CHECK(trigger(before + 10) == 0);
	CHECK(counter_now() == before + 10);
	CHECK(trigger(before + 10) == 0);
	CHECK(counter_now() == before + 11);
	CHECK(trigger(1) == 0);
	CHECK(counter_now() == before + 12);
}

static void trigger_with(void *capability)
{
	keep_capability(*(int *)capability);
	CHECK(trigger(0) == 0);
}

static void trigger_denied(void *capability)
{
	uint32_t before = counter_now();

	keep_capability(*(int *)capability);
	CHECK_FAILS(trigger(0), EACCES);
	CHECK(counter_now() == before);
}

TEST(trigger_with_checkpoint_restore_or_sys_admin)
{
	finish(start(trigger_with, &(int){ CAP_CHECKPOINT_RESTORE }));
	finish(start(trigger_with, &(int){ CAP_SYS_ADMIN }));
}

TEST(trigger_without_the_right_is_EACCES)
{
	finish(start(trigger_denied, &(int){ NO_CAPABILITY }));
	finish(start(trigger_denied, &(int){ CAP_SYS_PTRACE }));
}

static void trigger_in_own_namespace(void *unused)
{
	(void)unused;
	CHECK(unshare(CLONE_NEWUSER) == 0);
	CHECK_FAILS(trigger(0), EACCES);
}

TEST(trigger_as_root_of_a_user_namespace_is_EACCES)
{
	finish(start(trigger_in_own_namespace, NULL));
}

static void read_host_clock_denied(void *unused)
{
	int64_t unix_ns = -1;

	(void)unused;
	keep_capability(NO_CAPABILITY);
	CHECK_FAILS(ioctl(open_device(0), SYSGENID_HOST_CLOCK, &unix_ns), EACCES);
	CHECK(unix_ns == -1);
}

TEST(host_clock_without_the_right_is_EACCES)
{
	finish(start(read_host_clock_denied, NULL));
}

TEST(host_clock_without_a_host_that_tells_the_time_is_EOPNOTSUPP)
{
	int64_t unix_ns = -1;

	CHECK_FAILS(ioctl(open_device(0), SYSGENID_HOST_CLOCK, &unix_ns), EOPNOTSUPP);
	CHECK(unix_ns == -1);
}

TEST(unknown_ioctl_is_ENOTTY)
{
	int fd = open_device(0);

	CHECK_FAILS(ioctl(fd, _IO(SYSGENID_IOCTL, 0), 0), ENOTTY);
	CHECK_FAILS(ioctl(fd, _IO(SYSGENID_IOCTL, 4), 0), ENOTTY);
	CHECK_FAILS(ioctl(fd, _IO(SYSGENID_IOCTL, 0x43), 0), ENOTTY);
	CHECK_FAILS(ioctl(fd, _IO(SYSGENID_IOCTL, 0x44), 0), ENOTTY);
}
