// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/sysgenid: tells programs that the system they run in was restored from a snapshot.
 *
 * There is one 32-bit generation counter. It changes when the system's overseer says so, after a restore and before
 * programs go on. Programs learn of it in three ways: they wait (read, poll), they look at a mapped word, or they
 * are waited for: who has switched tracking on is a watcher, and the overseer can wait until every watcher has
 * confirmed the new counter by writing it back. docs/sysgenid.md has the contract, call by call.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>
#include <linux/user_namespace.h>
#include <linux/wait.h>

#include "clock.h"
#include "wipe.h"

/* What one open of the device stands for; the lock below guards it. */
struct client {
	unsigned long confirmed;
	bool tracked;
};

/*
 * Guards all state here and every client's fields. Taken in process context only, nothing is nested in it.
 * Some look at single words without it.
 */
static DEFINE_SPINLOCK(state_lock);
static u32 generation;

/* How often the generation changed. The counter can come back to a value, by wrapping round; this does not. */
static unsigned long changes;

/* Tracked clients, and how many of them have yet to confirm the latest change. */
static unsigned int watchers;
static unsigned int outdated;

/* Programs map this page read-only; its first word repeats the counter. */
static u32 *shared_word;

static DECLARE_WAIT_QUEUE_HEAD(generation_changed);
static DECLARE_WAIT_QUEUE_HEAD(watchers_settled);

static bool is_outdated(const struct client *client)
{
	/* Who finds itself outdated reads the new counter, not the old one. */
	return READ_ONCE(client->confirmed) != smp_load_acquire(&changes);
}

/* One watcher fewer to wait for. True if it was the last; the caller then wakes the waiters, without the lock. */
static bool settle_one_locked(void)
{
	lockdep_assert_held(&state_lock);
	return --outdated == 0;
}

static void set_tracked(struct client *client, bool tracked)
{
	bool settled = false;

	spin_lock(&state_lock);
	if (tracked && !client->tracked) {
		watchers++;
		if (is_outdated(client))
			outdated++;
	} else if (!tracked && client->tracked) {
		watchers--;
		if (is_outdated(client))
			settled = settle_one_locked();
	}
	client->tracked = tracked;
	spin_unlock(&state_lock);

	if (settled)
		wake_up_interruptible_all(&watchers_settled);
}

/* The overseer's right. Asked of the first user namespace: a namespace of one's own must not be enough. */
static bool may_oversee(void)
{
	return checkpoint_restore_ns_capable(&init_user_ns);
}

static void start_generation(u32 least)
{
	spin_lock(&state_lock);
	WRITE_ONCE(generation, max(least, generation + 1));
	smp_store_release(&changes, changes + 1);
	/* Who sees the new word may rely on everything that the overseer did before. */
	smp_store_release(shared_word, generation);
	outdated = watchers;
	spin_unlock(&state_lock);

	wake_up_interruptible_poll(&generation_changed, EPOLLIN | EPOLLRDNORM);
	/* Those who wait for others have to look after themselves first now. */
	wake_up_interruptible_all(&watchers_settled);
}

/* -EAGAIN as long as there is somebody to wait for. */
static int watchers_state(const struct client *client)
{
	int state;

	spin_lock(&state_lock);
	state = is_outdated(client) ? -EINTR : outdated ? -EAGAIN : 0;
	spin_unlock(&state_lock);
	return state;
}

static long wait_for_watchers(struct client *client, unsigned int limit_ms)
{
	long left = limit_ms ? max(msecs_to_jiffies(limit_ms), 1UL) : MAX_SCHEDULE_TIMEOUT;
	int state;

	left = wait_event_interruptible_timeout(watchers_settled, (state = watchers_state(client)) != -EAGAIN, left);
	if (state != -EAGAIN)
		return state;
	return left < 0 ? left : -ETIME;
}

static int sysgenid_open(struct inode *inode, struct file *file)
{
	struct client *client = kzalloc(sizeof(*client), GFP_KERNEL_ACCOUNT);

	if (!client)
		return -ENOMEM;
	client->confirmed = READ_ONCE(changes);
	file->private_data = client;
	return 0;
}

static int sysgenid_release(struct inode *inode, struct file *file)
{
	struct client *client = file->private_data;

	set_tracked(client, false);
	kfree(client);
	return 0;
}

static ssize_t sysgenid_read(struct file *file, char __user *buffer, size_t count, loff_t *position)
{
	struct client *client = file->private_data;
	u32 now;
	int ret;

	if (count == 0)
		return 0;
	if (count < sizeof(now))
		return -EINVAL;

	if (!is_outdated(client)) {
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		ret = wait_event_interruptible(generation_changed, is_outdated(client));
		if (ret)
			return ret;
	}

	now = READ_ONCE(generation);
	return copy_to_user(buffer, &now, sizeof(now)) ? -EFAULT : sizeof(now);
}

static ssize_t sysgenid_write(struct file *file, const char __user *buffer, size_t count, loff_t *position)
{
	struct client *client = file->private_data;
	bool settled = false;
	u32 confirmed;

	if (count != sizeof(confirmed))
		return -ENOBUFS;
	if (copy_from_user(&confirmed, buffer, sizeof(confirmed)))
		return -EFAULT;

	spin_lock(&state_lock);
	if (confirmed != generation) {
		spin_unlock(&state_lock);
		return -EINVAL;
	}
	if (is_outdated(client)) {
		WRITE_ONCE(client->confirmed, changes);
		if (client->tracked)
			settled = settle_one_locked();
	}
	spin_unlock(&state_lock);

	if (settled)
		wake_up_interruptible_all(&watchers_settled);
	return sizeof(confirmed);
}

static __poll_t sysgenid_poll(struct file *file, poll_table *table)
{
	poll_wait(file, &generation_changed, table);
	return is_outdated(file->private_data) ? EPOLLIN | EPOLLRDNORM : 0;
}

static vm_fault_t sysgenid_fault(struct vm_fault *fault)
{
	if (fault->pgoff != 0)
		return VM_FAULT_SIGBUS;
	fault->page = virt_to_page(shared_word);
	get_page(fault->page);
	return 0;
}

static const struct vm_operations_struct sysgenid_vm_ops = {
	.fault = sysgenid_fault,
};

static int sysgenid_mmap(struct file *file, struct vm_area_struct *vma)
{
	if (vma->vm_pgoff != 0 || vma_pages(vma) != 1)
		return -EINVAL;
	if (vma->vm_flags & VM_WRITE)
		return -EPERM;

	vm_flags_mod(vma, VM_DONTEXPAND | VM_DONTDUMP, VM_MAYWRITE);
	vma->vm_ops = &sysgenid_vm_ops;
	return 0;
}

static long mark_range(unsigned int command, const void __user *argument)
{
	struct sysgenid_wipe_range range;

	if (copy_from_user(&range, argument, sizeof(range)))
		return -EFAULT;
	return command == SYSGENID_WIPE_ADD ? sysgenid_wipe_add(&range) : sysgenid_wipe_del(&range);
}

static long wipe_all(void __user *argument)
{
	struct sysgenid_wipe_report report = {};
	int ret;

	if (!may_oversee())
		return -EACCES;
	ret = sysgenid_wipe_all(&report);
	/* A wipe that failed is reported too: the counts say how. */
	if (copy_to_user(argument, &report, sizeof(report)))
		return -EFAULT;
	return ret;
}

static long host_clock(void __user *argument)
{
	s64 unix_ns;
	int ret;

	if (!may_oversee())
		return -EACCES;
	ret = sysgenid_host_clock(&unix_ns);
	if (ret)
		return ret;
	return copy_to_user(argument, &unix_ns, sizeof(unix_ns)) ? -EFAULT : 0;
}

static long sysgenid_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	switch (command) {
	case SYSGENID_SET_WATCHER_TRACKING:
		set_tracked(file->private_data, argument != 0);
		return 0;
	case SYSGENID_WAIT_WATCHERS:
		return wait_for_watchers(file->private_data, (unsigned int)argument);
	case SYSGENID_TRIGGER_GEN_UPDATE:
		if (!may_oversee())
			return -EACCES;
		start_generation((u32)argument);
		return 0;
	case SYSGENID_WIPE_ADD:
	case SYSGENID_WIPE_DEL:
		return mark_range(command, (const void __user *)argument);
	case SYSGENID_WIPE_ALL:
		return wipe_all((void __user *)argument);
	case SYSGENID_HOST_CLOCK:
		return host_clock((void __user *)argument);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations sysgenid_operations = {
	.owner = THIS_MODULE,
	.open = sysgenid_open,
	.release = sysgenid_release,
	.read = sysgenid_read,
	.write = sysgenid_write,
	.poll = sysgenid_poll,
	.mmap = sysgenid_mmap,
	.unlocked_ioctl = sysgenid_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice sysgenid_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "sysgenid",
	.fops = &sysgenid_operations,
	/* Any program is to learn of a restore, and to confirm it needs write; the overseer's calls ask for more. */
	.mode = 0666,
};

static int __init sysgenid_init(void)
{
	int ret;

	shared_word = (u32 *)get_zeroed_page(GFP_KERNEL);
	if (!shared_word)
		return -ENOMEM;

	ret = misc_register(&sysgenid_device);
	if (ret) {
		pr_err("the device could not be registered: %d\n", ret);
		free_page((unsigned long)shared_word);
	}
	return ret;
}

static void __exit sysgenid_exit(void)
{
	/* Open descriptors and mappings hold the module, so nobody is left here. */
	misc_deregister(&sysgenid_device);
	free_page((unsigned long)shared_word);
}

module_init(sysgenid_init);
module_exit(sysgenid_exit);

MODULE_DESCRIPTION("System generation counter, and memory that is wiped before a snapshot");
MODULE_LICENSE("GPL");
