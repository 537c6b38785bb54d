// SPDX-License-Identifier: GPL-2.0
#include "tap.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

pid_t start(void (*body)(void *), void *argument)
{
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		body(argument);
		_exit(0);
	}
	return pid;
}

void finish(pid_t pid)
{
	int status;

	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

void end(pid_t pid)
{
	int status;

	CHECK(kill(pid, SIGKILL) == 0);
	CHECK(waitpid(pid, &status, 0) == pid);
}

char state_of(pid_t pid)
{
	char path[64];
	char text[512] = "";
	char *name_end;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0);
	CHECK(read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	name_end = strrchr(text, ')');
	CHECK(name_end != NULL);
	return name_end[2];
}

/* Returns when the process sleeps in the call: the kernel names the call only while it does. */
void await_system_call(pid_t pid, long number)
{
	char path[64];
	char text[256];

	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	for (;;) {
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		ssize_t size;

		CHECK(fd >= 0);
		size = read(fd, text, sizeof(text) - 1);
		close(fd);
		CHECK(size > 0);
		text[size] = 0;
		if (text[0] >= '0' && text[0] <= '9' && strtol(text, NULL, 10) == number && state_of(pid) == 'S')
			return;
		sched_yield();
	}
}

unsigned long elapsed_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000UL + now.tv_nsec / 1000000;
}

int open_device(int flags)
{
	int fd = open(SYSGENID_DEVICE, O_RDWR | O_CLOEXEC | flags);

	CHECK(fd >= 0);
	return fd;
}

uint32_t counter_now(void)
{
	int fd = open_device(0);
	uint32_t *word = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	uint32_t value;

	CHECK(word != MAP_FAILED);
	value = *(volatile uint32_t *)word;
	munmap(word, PAGE);
	close(fd);
	return value;
}

int trigger(uint32_t least)
{
	int fd = open_device(0);
	int ret = ioctl(fd, SYSGENID_TRIGGER_GEN_UPDATE, least);
	int error = errno;

	close(fd);
	errno = error;
	return ret;
}

int confirm(int fd)
{
	uint32_t now = counter_now();

	return write(fd, &now, sizeof(now)) == sizeof(now) ? 0 : -1;
}

bool is_readable(int fd)
{
	struct pollfd entry = { .fd = fd, .events = POLLIN | POLLRDNORM };

	CHECK(poll(&entry, 1, 0) >= 0);
	CHECK((entry.revents & ~(POLLIN | POLLRDNORM)) == 0);
	CHECK(entry.revents == 0 || entry.revents == (POLLIN | POLLRDNORM));
	return entry.revents != 0;
}

int wait_watchers(int fd, unsigned int limit_ms)
{
	return ioctl(fd, SYSGENID_WAIT_WATCHERS, limit_ms);
}

int track(int fd, bool on)
{
	return ioctl(fd, SYSGENID_SET_WATCHER_TRACKING, on ? 1UL : 0UL);
}

/* A mapping that no neighbour can grow together with. */
void *map_alone(size_t size)
{
	char *memory = mmap(NULL, size + 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(memory != MAP_FAILED);
	CHECK(mprotect(memory + PAGE, size, PROT_READ | PROT_WRITE) == 0);
	return memory + PAGE;
}

static int change_mark(unsigned long request, const void *memory, size_t size)
{
	struct sysgenid_wipe_range range = { .addr = (uintptr_t)memory, .len = size };
	int fd = open_device(0);
	int ret = ioctl(fd, request, &range);
	int error = errno;

	close(fd);
	errno = error;
	return ret;
}

int wipe_mark(const void *memory, size_t size)
{
	return change_mark(SYSGENID_WIPE_ADD, memory, size);
}

int wipe_keep(const void *memory, size_t size)
{
	return change_mark(SYSGENID_WIPE_DEL, memory, size);
}

int wipe_all(struct sysgenid_wipe_report *report)
{
	int fd = open_device(0);
	int ret = ioctl(fd, SYSGENID_WIPE_ALL, report);
	int error = errno;

	close(fd);
	errno = error;
	return ret;
}

/* SplitMix64 of seed and place; GuestSecret.cs computes the same. Word by word: no copy is left in a register. */
static uint64_t word_at(uint64_t seed, size_t index)
{
	uint64_t value = seed + (index + 1) * 0x9E3779B97F4A7C15;

	value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
	value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
	return value ^ (value >> 31);
}

void fill(void *memory, size_t size, uint64_t seed)
{
	volatile uint64_t *words = memory;

	for (size_t i = 0; i < size / sizeof(*words); i++)
		words[i] = word_at(seed, i);
}

bool is_filled(const void *memory, size_t size, uint64_t seed)
{
	const volatile uint64_t *words = memory;

	for (size_t i = 0; i < size / sizeof(*words); i++) {
		if (words[i] != word_at(seed, i))
			return false;
	}
	return true;
}

bool is_zero(const void *memory, size_t size)
{
	const volatile uint64_t *words = memory;

	for (size_t i = 0; i < size / sizeof(*words); i++) {
		if (words[i] != 0)
			return false;
	}
	return true;
}

void *share(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	CHECK(memory != MAP_FAILED);
	return memory;
}

/* Gives up all rights but one. */
void keep_capability(int capability)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {};

	if (capability >= 0) {
		data[capability / 32].effective = 1U << (capability % 32);
		data[capability / 32].permitted = 1U << (capability % 32);
	}
	CHECK(syscall(SYS_capset, &header, data) == 0);
}

void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	CHECK(fd >= 0);
	CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

void make_group(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/fs/cgroup/%s", name);
	CHECK(mkdir(path, 0755) == 0 || errno == EEXIST);
}

/* The number after a label such as "VmLck:", or -1. */
long number_in(const char *path, const char *label)
{
	FILE *file = fopen(path, "re");
	char line[512];
	long value = -1;

	CHECK(file != NULL);
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, label, strlen(label)) == 0)
			value = strtol(line + strlen(label), NULL, 10);
	}
	fclose(file);
	return value;
}
