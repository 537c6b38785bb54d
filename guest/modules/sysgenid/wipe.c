// SPDX-License-Identifier: GPL-2.0
/*
 * Wipe on suspend: memory that a process marks is empty in every snapshot.
 *
 * The mark is a bit in the flags of the mapping itself, as the proposed MADV_WIPEONSUSPEND had it, in a bit that this
 * kernel does not use. So the kernel carries it where it belongs: a forked child inherits it with the mapping, mremap
 * takes it along, munmap, exec and exit drop it, and another mapping at the same place never has it by mistake.
 *
 * Wiping drops the pages, as MADV_DONTNEED does: what is touched next reads as zeros, swap entries go as well. But a
 * dropped page keeps its bytes until somebody else gets it, and all of memory goes into a snapshot. So each page
 * frame is held while its mapping is dropped, and cleared once nobody maps it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/highmem.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/pgtable.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/version.h>

#include "wipe.h"

/* The bit is free in 6.12 and nowhere promised: look at include/linux/mm.h before allowing another series. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0) || LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
#error "VM_WIPEONSUSPEND was chosen for Linux 6.12"
#endif
#define VM_WIPEONSUSPEND _BITUL(62)

/* Pages are dropped a page table at a time. */
#define BLOCK_PAGES (PMD_SIZE / PAGE_SIZE)

/* How long all of a wipe may wait for locks, and how often the list of processes is taken again as it grows. */
#define LOCK_WAIT_MS 500
#define LIST_ATTEMPTS 8
#define LIST_SPARE 64

/* One wipe at a time, so that counts of reports do not mix. */
static DEFINE_MUTEX(wipe_lock);

struct mm_list {
	struct mm_struct **items;
	size_t count;
	size_t capacity;
};

static bool can_be_marked(struct vm_area_struct *vma)
{
	const vm_flags_t unfit = VM_SHARED | VM_MAYSHARE | VM_SPECIAL | VM_HUGETLB | VM_GROWSDOWN | VM_SHADOW_STACK |
				 VM_MERGEABLE;

	return vma_is_anonymous(vma) && !(vma->vm_flags & unfit);
}

static int check_range(const struct sysgenid_wipe_range *range)
{
	if (range->len == 0 || range->addr + range->len < range->addr)
		return -EINVAL;
	if (!IS_ALIGNED(range->addr, PAGE_SIZE) || !IS_ALIGNED(range->len, PAGE_SIZE))
		return -EINVAL;
	return 0;
}

/* Would marking the range stay within what one process may mark? */
static int check_limits_locked(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct vm_area_struct *vma;
	u64 bytes = 0;
	u32 ranges = 0;
	VMA_ITERATOR(vmi, mm, 0);

	mmap_assert_write_locked(mm);
	for_each_vma(vmi, vma) {
		bool wanted = vma->vm_start < end && vma->vm_end > start;

		if (!wanted && !(vma->vm_flags & VM_WIPEONSUSPEND))
			continue;
		bytes += vma->vm_end - vma->vm_start;
		ranges++;
	}
	return bytes > SYSGENID_WIPE_BYTES_MAX || ranges > SYSGENID_WIPE_RANGES_MAX ? -ENOSPC : 0;
}

/*
 * Marks or unmarks a range, all of it or nothing. A module cannot split mappings, so the range has to end where
 * mappings end, except where they are as wanted already.
 */
static int change_range_locked(struct mm_struct *mm, unsigned long start, unsigned long end, bool mark)
{
	unsigned long reached = start;
	struct vm_area_struct *vma;
	VMA_ITERATOR(vmi, mm, start);

	mmap_assert_write_locked(mm);
	for_each_vma_range(vmi, vma, end) {
		bool marked = vma->vm_flags & VM_WIPEONSUSPEND;

		if (vma->vm_start > reached)
			return -ENOMEM;
		reached = vma->vm_end;
		if (marked == mark)
			continue;
		if (mark && !can_be_marked(vma))
			return -EINVAL;
		if (mark && (vma->vm_flags & VM_SEALED))
			return -EPERM;
		if (vma->vm_start < start || vma->vm_end > end)
			return -EINVAL;
	}
	if (reached < end)
		return -ENOMEM;
	if (mark && check_limits_locked(mm, start, end))
		return -ENOSPC;

	vma_iter_init(&vmi, mm, start);
	for_each_vma_range(vmi, vma, end) {
		if (mark)
			vm_flags_set(vma, VM_WIPEONSUSPEND);
		else if (vma->vm_flags & VM_WIPEONSUSPEND)
			vm_flags_clear(vma, VM_WIPEONSUSPEND);
	}
	return 0;
}

static int change_range(const struct sysgenid_wipe_range *range, bool mark)
{
	struct mm_struct *mm = current->mm;
	int ret = check_range(range);

	if (ret)
		return ret;
	if (mmap_write_lock_killable(mm))
		return -EINTR;
	ret = change_range_locked(mm, range->addr, range->addr + range->len, mark);
	mmap_write_unlock(mm);
	return ret;
}

int sysgenid_wipe_add(const struct sysgenid_wipe_range *range)
{
	return change_range(range, true);
}

int sysgenid_wipe_del(const struct sysgenid_wipe_range *range)
{
	return change_range(range, false);
}

/* Clears a frame whose mapping here was just dropped, and lets it go. */
static void clear_and_put(struct page *page, struct sysgenid_wipe_report *report)
{
	struct folio *folio = page_folio(page);
	bool mapped = atomic_read(&page->_mapcount) >= 0 ||
		      (folio_test_large(folio) && folio_entire_mapcount(folio) > 0);

	/*
	 * The kernel's own page of zeros is mapped, but not anonymous. A frame that is still mapped belongs to a
	 * relative too: to a marked one, whose turn is still to come, or to one that took its mark away.
	 */
	if (folio_test_anon(folio) && !mapped) {
		/* These can be mapped again by their content or from their swap entry: not ours to change. */
		if (folio_test_ksm(folio) || folio_test_swapcache(folio)) {
			report->left++;
		} else {
			clear_highpage(page);
			report->pages++;
		}
	}
	put_page(page);
}

/* Whether there is a page table, or a huge page, for the block around the address. */
static bool block_is_populated(struct mm_struct *mm, unsigned long addr)
{
	pgd_t *pgd = pgd_offset(mm, addr);
	p4d_t *p4d;
	pud_t *pud;

	if (pgd_none(READ_ONCE(*pgd)))
		return false;
	p4d = p4d_offset(pgd, addr);
	if (p4d_none(READ_ONCE(*p4d)))
		return false;
	pud = pud_offset(p4d, addr);
	if (pud_none(READ_ONCE(*pud)))
		return false;
	return !pmd_none(pmdp_get_lockless(pmd_offset(pud, addr)));
}

/* Drops and clears the pages of one block. Faults nothing in: what is not in memory is not read. */
static int wipe_block(struct vm_area_struct *vma, unsigned long start, unsigned long end, struct page **pages,
		      struct sysgenid_wipe_report *report)
{
	unsigned long addr = start;
	size_t held = 0;
	size_t i;
	long got = 0;

	while (addr < end) {
		/* Forced, because a secret may well be kept in memory without any access. */
		got = get_user_pages_remote(vma->vm_mm, addr, (end - addr) >> PAGE_SHIFT, FOLL_FORCE | FOLL_NOFAULT,
					    pages + held, NULL);
		if (got < 0 && got != -EFAULT)
			break;
		if (got <= 0) {
			addr += PAGE_SIZE;
			got = 0;
			continue;
		}
		held += got;
		addr += got << PAGE_SHIFT;
	}

	if (got >= 0)
		zap_page_range_single(vma, start, end - start, NULL);
	for (i = 0; i < held; i++)
		clear_and_put(pages[i], report);
	return got < 0 ? got : 0;
}

static int wipe_vma(struct vm_area_struct *vma, struct page **pages, struct sysgenid_wipe_report *report)
{
	unsigned long addr = vma->vm_start;

	while (addr < vma->vm_end) {
		unsigned long next = pmd_addr_end(addr, vma->vm_end);

		if (block_is_populated(vma->vm_mm, addr)) {
			int ret = wipe_block(vma, addr, next, pages, report);

			if (ret)
				return ret;
		}
		addr = next;
		cond_resched();
	}
	return 0;
}

/*
 * A task that is frozen or stuck may hold the lock for good, so it is asked for again and again, never waited for.
 */
static bool lock_before(struct mm_struct *mm, unsigned long deadline)
{
	while (!mmap_read_trylock(mm)) {
		if (time_after(jiffies, deadline) || fatal_signal_pending(current))
			return false;
		usleep_range(200, 1000);
	}
	return true;
}

static int wipe_mm(struct mm_struct *mm, unsigned long deadline, struct page **pages,
		   struct sysgenid_wipe_report *report)
{
	struct vm_area_struct *vma;
	u64 ranges = 0;
	int ret = 0;
	VMA_ITERATOR(vmi, mm, 0);

	if (!lock_before(mm, deadline)) {
		report->busy++;
		return 0;
	}

	for_each_vma(vmi, vma) {
		if (!(vma->vm_flags & VM_WIPEONSUSPEND))
			continue;
		if (ranges++ == 0)
			report->swapped += get_mm_counter_sum(mm, MM_SWAPENTS);
		ret = wipe_vma(vma, pages, report);
		if (ret)
			break;
	}
	mmap_read_unlock(mm);

	report->ranges += ranges;
	report->processes += ranges != 0;
	return ret;
}

static bool list_has(const struct mm_list *list, const struct mm_struct *mm)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (list->items[i] == mm)
			return true;
	}
	return false;
}

/* Takes hold of every address space there is. False if there are more than the list has room for. */
static bool list_fill(struct mm_list *list)
{
	struct task_struct *process;
	struct task_struct *thread;
	struct mm_struct *mm;
	bool fits = true;

	rcu_read_lock();
	for_each_process(process) {
		/* The first thread may have ended while others go on. */
		mm = NULL;
		for_each_thread(process, thread) {
			mm = get_task_mm(thread);
			if (mm)
				break;
		}
		if (!mm)
			continue;
		if (list_has(list, mm)) {
			mmput_async(mm);
			continue;
		}
		if (list->count == list->capacity) {
			mmput_async(mm);
			fits = false;
			break;
		}
		list->items[list->count++] = mm;
	}
	rcu_read_unlock();
	return fits;
}

static void list_empty_out(struct mm_list *list)
{
	while (list->count > 0)
		mmput(list->items[--list->count]);
	kvfree(list->items);
	list->items = NULL;
}

static size_t count_processes(void)
{
	struct task_struct *process;
	size_t count = 0;

	rcu_read_lock();
	for_each_process(process)
		count++;
	rcu_read_unlock();
	return count;
}

static int list_take(struct mm_list *list)
{
	int attempt;

	for (attempt = 0; attempt < LIST_ATTEMPTS; attempt++) {
		list->count = 0;
		list->capacity = count_processes() + LIST_SPARE;
		list->items = kvmalloc_array(list->capacity, sizeof(*list->items), GFP_KERNEL);
		if (!list->items)
			return -ENOMEM;
		if (list_fill(list))
			return 0;
		list_empty_out(list);
	}
	return -EAGAIN;
}

/* Wipes what every process has marked. 0 only if nothing of it is left anywhere that the module can see. */
int sysgenid_wipe_all(struct sysgenid_wipe_report *report)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(LOCK_WAIT_MS);
	struct mm_list list;
	struct page **pages;
	size_t i;
	int ret;

	pages = kmalloc_array(BLOCK_PAGES, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	if (mutex_lock_killable(&wipe_lock)) {
		kfree(pages);
		return -EINTR;
	}

	ret = list_take(&list);
	if (ret)
		goto unlock;
	for (i = 0; i < list.count && !ret; i++)
		ret = wipe_mm(list.items[i], deadline, pages, report);
	list_empty_out(&list);
	if (!ret && report->busy)
		ret = -EBUSY;
	else if (!ret && (report->left || report->swapped))
		ret = -EUCLEAN;

unlock:
	mutex_unlock(&wipe_lock);
	kfree(pages);
	return ret;
}
