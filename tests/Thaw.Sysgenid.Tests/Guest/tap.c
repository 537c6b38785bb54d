// SPDX-License-Identifier: GPL-2.0
#include "tap.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define TESTS_MAX 200
#define SECONDS_MAX 60

static struct {
	const char *name;
	void (*run)(void);
} tests[TESTS_MAX];
static int test_count;

/* Shared with the processes that run tests. */
static char *message;
#define MESSAGE_SIZE PAGE

void add_test(const char *name, void (*run)(void))
{
	if (test_count == TESTS_MAX)
		abort();
	tests[test_count].name = name;
	tests[test_count].run = run;
	test_count++;
}

void diagnose(const char *format, ...)
{
	size_t used = strlen(message);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message + used, MESSAGE_SIZE - used, format, arguments);
	va_end(arguments);
}

void fail_check(const char *file, int line, const char *condition)
{
	diagnose("%s:%d: not so: %s (%s)", strrchr(file, '/') ? strrchr(file, '/') + 1 : file, line, condition,
		 strerror(errno));
	_exit(1);
}

static bool passes(int index)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		setpgid(0, 0);
		alarm(SECONDS_MAX);
		tests[index].run();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	kill(-pid, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
	if (WIFSIGNALED(status))
		diagnose(" ended by signal %d%s", WTERMSIG(status), WTERMSIG(status) == SIGALRM ? ": too slow" : "");
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int run_tests(void)
{
	int failed = 0;

	message = share(MESSAGE_SIZE);
	printf("1..%d\n", test_count);
	for (int i = 0; i < test_count; i++) {
		unsigned long begin = elapsed_ms();
		bool good;

		message[0] = 0;
		good = passes(i);
		if (message[0])
			printf("# %s\n", message);
		printf("%sok %d - %s # %lu ms\n", good ? "" : "not ", i + 1, tests[i].name, elapsed_ms() - begin);
		fflush(stdout);
		failed += !good;
	}
	return failed;
}
