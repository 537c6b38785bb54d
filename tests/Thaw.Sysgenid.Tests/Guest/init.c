// SPDX-License-Identifier: GPL-2.0
/* PID 1 of the machine that the tests run in. */
#include "tap.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define TAP_PORT "/dev/ttyS1"
#define MODULE_LIST "/modules/order"

static int load_module(const char *name)
{
	char path[128];
	int fd;
	int ret;

	snprintf(path, sizeof(path), "/modules/%s.ko", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	ret = syscall(SYS_finit_module, fd, "", 0);
	close(fd);
	return ret;
}

static int unload_module(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK);
}

static void load_modules(void)
{
	FILE *list = fopen(MODULE_LIST, "re");
	char name[64];

	while (list && fscanf(list, "%63s", name) == 1) {
		if (load_module(name) != 0)
			printf("Bail out! module %s could not be loaded: %s\n", name, strerror(errno));
	}
	if (list)
		fclose(list);
}

TEST(module_stays_while_a_descriptor_is_open)
{
	int fd = open_device(0);

	CHECK_FAILS(unload_module("sysgenid"), EAGAIN);
	close(fd);
}

TEST(module_unloads_and_loads_again)
{
	CHECK(unload_module("sysgenid") == 0);
	CHECK(access(SYSGENID_DEVICE, F_OK) == -1 && errno == ENOENT);
	CHECK(load_module("sysgenid") == 0);
	CHECK(counter_now() == 0);
}

TEST(kernel_reported_no_fault)
{
	static const char *const words[] = { "BUG:", "WARNING:", "Oops", "general protection", "Bad page", "Bad rss",
					     "lockup", "INFO: task" };
	static char line[8192];
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ssize_t size;

	CHECK(fd >= 0);
	while ((size = read(fd, line, sizeof(line) - 1)) > 0) {
		line[size] = 0;
		for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
			if (strstr(line, words[i])) {
				diagnose("%s", line);
				_exit(1);
			}
		}
	}
}

static void set_up(void)
{
	int port;

	mkdir("/tmp", 01777);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sys", "/sys", "sysfs", 0, NULL);
	mount("dev", "/dev", "devtmpfs", 0, NULL);
	mount("tmp", "/tmp", "tmpfs", 0, NULL);
	mount("cgroup", "/sys/fs/cgroup", "cgroup2", 0, NULL);
	port = open(TAP_PORT, O_WRONLY | O_NOCTTY);
	if (port >= 0) {
		dup2(port, STDOUT_FILENO);
		dup2(port, STDERR_FILENO);
		close(port);
	}
	load_modules();
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "pause") == 0) {
		for (;;)
			pause();
	}
	if (getpid() != 1)
		return run_tests() != 0;

	set_up();
	run_tests();
	residue_stage();
	printf("# done\n");
	fflush(stdout);
	fsync(STDOUT_FILENO);
	/* Nobody is told and nothing is freed: memory stays as it is. */
	reboot(RB_POWER_OFF);
	return 1;
}
