/*
 * A bare 64-bit guest that does what it is told on COM1, one byte a command, and answers in one line.
 * It has no interrupts, no stack to speak of and no libc: a microVM of a few hundred instructions, for any KVM.
 */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;

static inline void outb(u16 port, u8 value) { __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port)); }
static inline u8 inb(u16 port) { u8 v; __asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port)); return v; }

#define COM1 0x3f8
#define POWER 0x600
#define SCRATCH ((volatile u64 *)0x200000)
#define PAGES ((volatile u8 *)0x300000)
#define GENERATION ((volatile u8 *)0xf0000)

static void put(char c) { outb(COM1, c); }
static void hex(u64 v, int digits) { while (digits--) put("0123456789abcdef"[(v >> (digits * 4)) & 15]); }

/* The loader maps the first GiB; the devices are in the fourth. */
static void map_devices(void)
{
    ((volatile u64 *)0xa000)[3] = 0xc003;
    ((volatile u64 *)0xc000)[0] = 0xc0000083;
    u64 root;
    __asm__ volatile("mov %%cr3, %0; mov %0, %%cr3" : "=r"(root) : : "memory");
}

void _start(void)
{
    u64 line = 0;
    map_devices();
    put('R'); put('\n');
    for (;;) {
        if (!(inb(COM1 + 5) & 1))
            continue;
        u8 command = inb(COM1);
        switch (command) {
        case 'c': /* count in memory */
            hex(++SCRATCH[0], 4);
            break;
        case 'g': /* the VM generation ID */
            for (int i = 0; i < 16; i++) hex(GENERATION[i], 2);
            break;
        case 'd': /* dirty 32 pages, every other one */
            for (int i = 0; i < 32; i++) PAGES[i * 8192] = (u8)(++SCRATCH[1]);
            hex(PAGES[31 * 8192], 2);
            break;
        case 's': { /* sum of what 'd' wrote */
            u64 sum = 0;
            for (int i = 0; i < 32; i++) sum += PAGES[i * 8192];
            hex(sum, 8);
            break;
        }
        case 'z': /* write zeros over what 'd' wrote */
            for (int i = 0; i < 32; i++) PAGES[i * 8192] = 0;
            break;
        case 'm': /* nonsense: every register of the first virtio window, then ports that nobody has */
            for (u64 a = 0xc0001000; a < 0xc0001200; a += 4) { *(volatile u32 *)a = 0xdeadbeef; (void)*(volatile u32 *)a; }
            for (u64 a = 0xc0001000; a < 0xc0001010; a++) { *(volatile u8 *)a = 0xff; (void)*(volatile u16 *)a; }
            for (u32 p = 0; p < 0x70; p++) { if (p < 0x20 || p > 0x64) { outb(p + 0x700, 0xff); (void)inb(p + 0x700); } }
            break;
        case 'p': /* power off */
            outb(POWER, 0x34);
            break;
        case 'r': /* reset */
            outb(POWER + 2, 1);
            break;
        case 't': /* triple fault */
            __asm__ volatile("pushq $0; pushq $0; lidt (%%rsp); ud2" : : : "memory");
            break;
        default:
            put('?');
        }
        put(' ');
        hex(++line, 4);
        put('\n');
    }
}
