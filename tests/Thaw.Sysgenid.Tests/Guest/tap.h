/* SPDX-License-Identifier: GPL-2.0 */
/* A test is TEST(name) { ... }; it runs in a process of its own and ends at the first CHECK that does not hold. */
#ifndef TAP_H
#define TAP_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "sysgenid.h"

#define PAGE 4096UL
#define MIB (1UL << 20)

#define TEST(name)                                                                                                     \
	static void name(void);                                                                                        \
	__attribute__((constructor)) static void register_##name(void)                                                 \
	{                                                                                                              \
		add_test(#name, name);                                                                                 \
	}                                                                                                              \
	static void name(void)

#define CHECK(condition)                                                                                               \
	do {                                                                                                           \
		errno = 0;                                                                                             \
		if (!(condition))                                                                                      \
			fail_check(__FILE__, __LINE__, #condition);                                                    \
	} while (0)

/* The call fails, with exactly this error. */
#define CHECK_FAILS(call, error) CHECK((call) == -1 && errno == (error))

void add_test(const char *name, void (*run)(void));
int run_tests(void);
__attribute__((noreturn)) void fail_check(const char *file, int line, const char *condition);
__attribute__((format(printf, 1, 2))) void diagnose(const char *format, ...);

/* Processes. */
pid_t start(void (*body)(void *), void *argument);
void finish(pid_t pid);
void end(pid_t pid);
void await_system_call(pid_t pid, long number);
char state_of(pid_t pid);
unsigned long elapsed_ms(void);

/* The device. */
int open_device(int flags);
uint32_t counter_now(void);
int trigger(uint32_t least);
int confirm(int fd);
bool is_readable(int fd);
int wait_watchers(int fd, unsigned int limit_ms);
int track(int fd, bool on);

/* Memory. */
void *map_alone(size_t size);
int wipe_mark(const void *memory, size_t size);
int wipe_keep(const void *memory, size_t size);
int wipe_all(struct sysgenid_wipe_report *report);
void fill(void *memory, size_t size, uint64_t seed);
bool is_filled(const void *memory, size_t size, uint64_t seed);
bool is_zero(const void *memory, size_t size);
void *share(size_t size);

/* Rights, control groups, files. */
void keep_capability(int capability);
void make_group(const char *name);
void write_file(const char *path, const char *text);
long number_in(const char *path, const char *label);
#define NO_CAPABILITY (-1)

void residue_stage(void);

#endif
