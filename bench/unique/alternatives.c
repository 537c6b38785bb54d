/*
 * What it costs to draw 32 bytes that no clone of this microVM will draw as well, by each way that there is, and what it
 * costs to look whether this is a clone before a generator of one's own is used. One JSON object a line: a name and
 * nanoseconds for one draw, the median of several rounds, in which the ways take turns. Ways that this machine does not
 * have are left out.
 *
 * OpenSSL is loaded when it is asked for, by the first argument: "openssl" or "kernel". So its configuration can be set
 * for one run and left alone for the other. "memory" measures what it costs to touch a page and give it back, which is
 * where a kernel that clears pages as they are freed pays for it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <immintrin.h>
#include <cpuid.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define DRAW_BYTES 32
#define PAGES 256
#define PAGE_BYTES 4096
#define ROUNDS 9
#define ROUND_NS 20000000.0
#define WAYS_MAX 16

typedef void draw_function(void);
typedef ssize_t vdso_getrandom(void *buffer, size_t length, unsigned flags, void *state, size_t state_length);

/* What the kernel says of the memory that its vDSO keeps a generator in (uapi/linux/random.h). */
struct vgetrandom_params {
	uint32_t size_of_opaque_state, mmap_prot, mmap_flags, reserved[13];
};

struct way {
	const char *name;
	draw_function *draw;
	long count;
	double rounds[ROUNDS];
};

static struct way ways[WAYS_MAX];
static int way_count;
static unsigned char drawn[DRAW_BYTES];
static unsigned __int128 counter;
static volatile uint32_t *generation;
static uint32_t known_generation;
static int urandom;
static int (*rand_bytes)(unsigned char *buffer, int count);
static int (*rand_poll)(void);
static vdso_getrandom *vdso;
static void *vdso_state;
static size_t vdso_state_length;

static double now_ns(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

static void require(int ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "alternatives: %s\n", what);
		exit(1);
	}
}

static int ascending(const void *left, const void *right)
{
	double difference = *(const double *)left - *(const double *)right;
	return (difference > 0) - (difference < 0);
}

/* Always through the pointer, so that every way pays the same for being called. */
static double round_of(draw_function *volatile draw, long count)
{
	double began = now_ns();
	for (long i = 0; i < count; i++)
		draw();
	return (now_ns() - began) / count;
}

static int is_long(const struct way *way)
{
	return round_of(way->draw, way->count) * way->count >= ROUND_NS / 2;
}

/* Twice in a row: the first draw of all may have to fetch the program's pages, and takes as long as a round then. */
static void add(const char *name, draw_function *draw)
{
	require(way_count < WAYS_MAX, "too many ways");
	struct way *way = &ways[way_count++];
	*way = (struct way){ .name = name, .draw = draw, .count = 1 };
	while (!is_long(way) || !is_long(way))
		way->count *= 2;
}

static void measure(void)
{
	for (int round = 0; round < ROUNDS; round++)
		for (struct way *way = ways; way < ways + way_count; way++)
			way->rounds[round] = round_of(way->draw, way->count);
	for (struct way *way = ways; way < ways + way_count; way++) {
		qsort(way->rounds, ROUNDS, sizeof(way->rounds[0]), ascending);
		printf("{\"name\":\"%s\",\"ns\":%.2f,\"least\":%.2f,\"most\":%.2f}\n", way->name, way->rounds[ROUNDS / 2],
		       way->rounds[0], way->rounds[ROUNDS - 1]);
	}
}

static void nothing(void)
{
	__asm__ volatile("" ::: "memory");
}

static void from_urandom(void)
{
	require(read(urandom, drawn, DRAW_BYTES) == DRAW_BYTES, "read /dev/urandom");
}

static void from_getrandom(void)
{
	require(syscall(SYS_getrandom, drawn, DRAW_BYTES, 0) == DRAW_BYTES, "getrandom");
}

static void from_vdso(void)
{
	require(vdso(drawn, DRAW_BYTES, 0, vdso_state, vdso_state_length) == DRAW_BYTES, "vDSO getrandom");
}

__attribute__((target("rdrnd"))) static void from_rdrand(void)
{
	for (int i = 0; i < DRAW_BYTES; i += 8)
		while (!_rdrand64_step((unsigned long long *)(drawn + i)))
			;
}

__attribute__((target("rdseed"))) static void from_rdseed(void)
{
	for (int i = 0; i < DRAW_BYTES; i += 8)
		while (!_rdseed64_step((unsigned long long *)(drawn + i)))
			_mm_pause();
}

static void renew(void)
{
	known_generation = *generation;
	if (rand_poll != NULL)
		require(rand_poll() == 1, "RAND_poll");
}

/* What a library does that knows the interface: one load and one comparison. */
static void guard(void)
{
	if (__builtin_expect(*generation != known_generation, 0))
		renew();
}

static void increment(void)
{
	counter++;
	__asm__ volatile("" : "+m"(counter));
}

static void guarded_increment(void)
{
	guard();
	increment();
}

static void from_openssl(void)
{
	require(rand_bytes(drawn, DRAW_BYTES) == 1, "RAND_bytes");
}

static void from_guarded_openssl(void)
{
	guard();
	from_openssl();
}

static void touch_and_free(void)
{
	char *memory = mmap(NULL, PAGES * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	require(memory != MAP_FAILED, "mmap");
	madvise(memory, PAGES * PAGE_BYTES, MADV_NOHUGEPAGE);
	for (int i = 0; i < PAGES; i++)
		memory[i * PAGE_BYTES] = 1;
	munmap(memory, PAGES * PAGE_BYTES);
}

static void *vdso_symbol(const char *wanted)
{
	char *base = (char *)getauxval(AT_SYSINFO_EHDR);
	if (base == NULL)
		return NULL;
	Elf64_Ehdr *header = (Elf64_Ehdr *)base;
	Elf64_Shdr *sections = (Elf64_Shdr *)(base + header->e_shoff);
	for (int i = 0; i < header->e_shnum; i++) {
		if (sections[i].sh_type != SHT_DYNSYM)
			continue;
		Elf64_Sym *symbols = (Elf64_Sym *)(base + sections[i].sh_offset);
		char *names = base + sections[sections[i].sh_link].sh_offset;
		for (size_t j = 0; j < sections[i].sh_size / sizeof(*symbols); j++)
			if (strcmp(names + symbols[j].st_name, wanted) == 0)
				return base + symbols[j].st_value;
	}
	return NULL;
}

static int open_vdso(void)
{
	struct vgetrandom_params parameters;
	vdso = (vdso_getrandom *)vdso_symbol("__vdso_getrandom");
	if (vdso == NULL || vdso(NULL, 0, 0, &parameters, ~0UL) != 0)
		return 0;
	vdso_state_length = parameters.size_of_opaque_state;
	vdso_state = mmap(NULL, sysconf(_SC_PAGESIZE), parameters.mmap_prot, parameters.mmap_flags, -1, 0);
	return vdso_state != MAP_FAILED;
}

/* The module's word where it is loaded; elsewhere a page that costs the same to look at. */
static void open_generation(void)
{
	int fd = open("/dev/sysgenid", O_RDONLY | O_CLOEXEC);
	generation = fd < 0 ? mmap(NULL, PAGE_BYTES, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
			    : mmap(NULL, PAGE_BYTES, PROT_READ, MAP_SHARED, fd, 0);
	require(generation != MAP_FAILED, "map the generation");
	known_generation = *generation;
}

static void add_openssl(void)
{
	void *library = dlopen("libcrypto.so.3", RTLD_NOW);
	if (library == NULL)
		return;
	rand_bytes = (int (*)(unsigned char *, int))dlsym(library, "RAND_bytes");
	rand_poll = (int (*)(void))dlsym(library, "RAND_poll");
	require(rand_bytes != NULL && rand_poll != NULL, "libcrypto has no RAND_bytes");
	add("openssl", from_openssl);
	add("openssl, guarded", from_guarded_openssl);
}

static void add_kernel_and_processor(void)
{
	unsigned a, b, c, d;
	urandom = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	add("nothing", nothing);
	add("urandom", from_urandom);
	add("getrandom", from_getrandom);
	if (open_vdso())
		add("vdso getrandom", from_vdso);
	if (__get_cpuid(1, &a, &b, &c, &d) && (c & bit_RDRND))
		add("rdrand", from_rdrand);
	if (__get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_RDSEED))
		add("rdseed", from_rdseed);
	add("guard", guard);
	add("increment", increment);
	add("increment, guarded", guarded_increment);
}

int main(int count, char **arguments)
{
	open_generation();
	if (count == 2 && strcmp(arguments[1], "openssl") == 0)
		add_openssl();
	else if (count == 2 && strcmp(arguments[1], "kernel") == 0)
		add_kernel_and_processor();
	else if (count == 2 && strcmp(arguments[1], "memory") == 0)
		add("256 pages, touched and freed", touch_and_free);
	else
		return 2;
	measure();
	return 0;
}
