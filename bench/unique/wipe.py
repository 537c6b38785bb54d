"""Marks memory to be wiped before the snapshot, all of it in use."""

import mmap
import os

MARKED_MIB = 64
FILE = os.memfd_create("wipeonsuspend", os.MFD_CLOEXEC)
os.ftruncate(FILE, MARKED_MIB << 20)
MEMORY = mmap.mmap(FILE, MARKED_MIB << 20)
for _page in range(0, len(MEMORY), mmap.PAGESIZE):
    MEMORY[_page] = 1


def handler(event, context):
    return {"wiped": MEMORY[0] == 0 and MEMORY[-mmap.PAGESIZE] == 0}
