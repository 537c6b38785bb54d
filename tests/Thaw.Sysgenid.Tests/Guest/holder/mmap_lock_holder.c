// SPDX-License-Identifier: GPL-2.0
/* For tests only: write a process id to /dev/mmap_lock_holder to hold that process's mmap lock until a signal comes. */
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/wait.h>

static DECLARE_WAIT_QUEUE_HEAD(never);

static ssize_t holder_write(struct file *file, const char __user *buffer, size_t count, loff_t *position)
{
	struct task_struct *task;
	struct mm_struct *mm;
	int number;
	int ret = kstrtoint_from_user(buffer, count, 10, &number);

	if (ret)
		return ret;
	task = get_pid_task(find_vpid(number), PIDTYPE_PID);
	if (!task)
		return -ESRCH;
	mm = get_task_mm(task);
	put_task_struct(task);
	if (!mm)
		return -ESRCH;

	mmap_write_lock(mm);
	ret = wait_event_interruptible(never, false);
	mmap_write_unlock(mm);
	mmput(mm);
	return ret;
}

static const struct file_operations holder_operations = {
	.owner = THIS_MODULE,
	.write = holder_write,
};

static struct miscdevice holder_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "mmap_lock_holder",
	.fops = &holder_operations,
};

module_misc_device(holder_device);

MODULE_DESCRIPTION("Holds the mmap lock of a process, for tests");
MODULE_LICENSE("GPL");
