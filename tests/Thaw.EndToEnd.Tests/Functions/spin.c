/*
 * Threads that draw from the kernel's generator without a pause, across the snapshot. Each keeps the last draws of the
 * generation that it began in and the first ones of the next, each with the generation before and after it and with the
 * processor's time stamps. Once the next generation is there and enough was drawn, all of it is printed.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>
#include <x86intrin.h>

#define THREADS 4
#define BEFORE 64
#define AFTER 256

struct draw {
	uint32_t generation_before, generation_after;
	uint64_t began, ended;
	uint64_t value[2];
};

struct spinner {
	struct draw before[BEFORE], after[AFTER];
	unsigned long count_before, count_after;
};

static volatile uint32_t *generation;
static struct spinner spinners[THREADS];

static void *spin(void *argument)
{
	struct spinner *me = argument;
	uint32_t first = *generation;
	while (me->count_after < AFTER) {
		struct draw draw;
		draw.generation_before = *generation;
		draw.began = __rdtsc();
		if (getrandom(draw.value, sizeof(draw.value), 0) != sizeof(draw.value))
			abort();
		draw.ended = __rdtsc();
		draw.generation_after = *generation;
		if (draw.generation_before == first)
			me->before[me->count_before++ % BEFORE] = draw;
		else
			me->after[me->count_after++] = draw;
	}
	return NULL;
}

static void print(const char *when, const struct draw *draw)
{
	printf("%s %u %u %lu %lu %016lx%016lx\n", when, draw->generation_before, draw->generation_after, draw->began,
	       draw->ended, draw->value[0], draw->value[1]);
}

int main(void)
{
	pthread_t threads[THREADS];
	int fd = open("/dev/sysgenid", O_RDONLY | O_CLOEXEC);
	generation = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	if (fd < 0 || generation == MAP_FAILED)
		return 1;
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, spin, &spinners[i]) != 0)
			return 1;
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < THREADS; i++) {
		struct spinner *one = &spinners[i];
		printf("thread %d %lu\n", i, one->count_before);
		unsigned long kept = one->count_before < BEFORE ? one->count_before : BEFORE;
		for (unsigned long j = one->count_before - kept; j < one->count_before; j++)
			print("before", &one->before[j % BEFORE]);
		for (int j = 0; j < AFTER; j++)
			print("after", &one->after[j]);
	}
	return 0;
}
