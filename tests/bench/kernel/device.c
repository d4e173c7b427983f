// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* /dev/rig: brings a rig into being, carries its events to the process and the answers back. See rig.h. */

#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "rig.h"

#define PATIENCE msecs_to_jiffies(5000)
#define TIME_TO_GO msecs_to_jiffies(1000)

enum progress { IDLE, ASKED, TAKEN, ANSWERED };

/* One open file. */
struct session {
	struct rig rig;
	bool set_up;
	bool gone;
	struct work_struct removal;

	struct mutex asking;		/* held by whoever has a question under way */
	struct mutex question;		/* guards what follows */
	wait_queue_head_t changed;
	enum progress progress;
	struct rig_event event;
	const void *data;
	void *reply;
	size_t room;
	int answer;
};

/* There is one rig at a time, as there is one of each bus number. */
static atomic_t plugged = ATOMIC_INIT(0);
static DECLARE_WAIT_QUEUE_HEAD(vacant);

int rig_ask(struct rig *rig, const struct rig_event *event, const void *data, void *reply, size_t room)
{
	struct session *session = container_of(rig, struct session, rig);
	int result;

	/* While the parts come into being the process waits for us. */
	if (!session->set_up)
		return 0;
	mutex_lock(&session->asking);
	mutex_lock(&session->question);
	session->event = *event;
	session->data = data;
	session->reply = reply;
	session->room = room;
	session->progress = ASKED;
	mutex_unlock(&session->question);

	wake_up(&session->changed);
	wait_event_timeout(session->changed, READ_ONCE(session->progress) == ANSWERED || READ_ONCE(session->gone), PATIENCE);

	/* Under the lock nobody copies from `data` or to `reply` any more. */
	mutex_lock(&session->question);
	if (session->progress == ANSWERED)
		result = session->answer;
	else
		result = session->gone ? -ENODEV : -ETIMEDOUT;
	session->progress = IDLE;
	mutex_unlock(&session->question);
	mutex_unlock(&session->asking);
	return result;
}

static void remove_parts(struct rig *rig)
{
	rig_remove_adc(rig);
	rig_remove_pwm(rig);
	rig_remove_spi(rig);
	rig_remove_gpio(rig);
}

/* Waits until every program has closed the buses. */
static void remove_buses(struct rig *rig)
{
	rig_remove_i2c(rig);
	platform_device_unregister(rig->device);
	atomic_set(&plugged, 0);
	wake_up(&vacant);
}

static void remove_later(struct work_struct *work)
{
	remove_buses(&container_of(work, struct session, removal)->rig);
}

static int set_up(struct session *session, const char __user *from, size_t length)
{
	struct rig *rig = &session->rig;
	int error;

	if (length != sizeof(rig->setup))
		return -EINVAL;
	if (copy_from_user(&rig->setup, from, length))
		return -EFAULT;
	if (rig->setup.lines > RIG_LINES)
		return -EINVAL;
	if (!wait_event_timeout(vacant, !atomic_cmpxchg(&plugged, 0, 1), TIME_TO_GO))
		return -EBUSY;
	rig->device = platform_device_register_simple("rig", PLATFORM_DEVID_AUTO, NULL, 0);
	error = PTR_ERR_OR_ZERO(rig->device);
	if (!error)
		error = rig_add_gpio(rig);
	if (!error)
		error = rig_add_spi(rig);
	if (!error)
		error = rig_add_i2c(rig);
	if (!error)
		error = rig_add_pwm(rig);
	if (!error)
		error = rig_add_adc(rig);
	if (error) {
		remove_parts(rig);
		remove_buses(rig);
		memset(rig, 0, sizeof(*rig));
	}
	session->set_up = !error;
	return error;
}

static int take_answer(struct session *session, const struct rig_command *command, const char __user *data)
{
	int error = 0;

	mutex_lock(&session->question);
	if (session->progress != TAKEN)
		error = -EPIPE;	/* whoever asked has given up */
	else if (command->value >= 0 && command->length != session->room)
		error = -EINVAL;
	else if (command->value >= 0 && copy_from_user(session->reply, data, session->room))
		error = -EFAULT;
	if (!error) {
		session->answer = command->value;
		session->progress = ANSWERED;
	}
	mutex_unlock(&session->question);
	wake_up(&session->changed);
	return error;
}

static ssize_t session_write(struct file *file, const char __user *from, size_t length, loff_t *offset)
{
	struct session *session = file->private_data;
	struct rig_command command;
	int error;

	if (!session->set_up) {
		error = set_up(session, from, length);
		return error ? error : length;
	}
	if (length < sizeof(command) || copy_from_user(&command, from, sizeof(command)))
		return -EINVAL;
	if (command.length != length - sizeof(command))
		return -EINVAL;
	switch (command.kind) {
	case RIG_ANSWER:
		error = take_answer(session, &command, from + sizeof(command));
		break;
	case RIG_DRIVE:
		error = rig_drive(&session->rig, command.channel, command.value);
		break;
	default:
		error = -EINVAL;
	}
	return error ? error : length;
}

static ssize_t session_read(struct file *file, char __user *to, size_t room, loff_t *offset)
{
	struct session *session = file->private_data;
	size_t head = sizeof(session->event);
	ssize_t length = -EAGAIN;

	if (!(file->f_flags & O_NONBLOCK) &&
	    wait_event_interruptible(session->changed, READ_ONCE(session->progress) == ASKED))
		return -ERESTARTSYS;
	mutex_lock(&session->question);
	if (session->progress == ASKED) {
		length = head + session->event.length;
		if (length > room)
			length = -EMSGSIZE;
		else if (copy_to_user(to, &session->event, head) ||
			 copy_to_user(to + head, session->data, session->event.length))
			length = -EFAULT;
		else
			session->progress = TAKEN;
	}
	mutex_unlock(&session->question);
	return length;
}

static __poll_t session_poll(struct file *file, poll_table *table)
{
	struct session *session = file->private_data;

	poll_wait(file, &session->changed, table);
	return READ_ONCE(session->progress) == ASKED ? EPOLLIN | EPOLLRDNORM : 0;
}

static int session_open(struct inode *inode, struct file *file)
{
	struct session *session = kzalloc(sizeof(*session), GFP_KERNEL);

	if (!session)
		return -ENOMEM;
	mutex_init(&session->asking);
	mutex_init(&session->question);
	init_waitqueue_head(&session->changed);
	INIT_WORK(&session->removal, remove_later);
	file->private_data = session;
	return 0;
}

static int session_release(struct inode *inode, struct file *file)
{
	struct session *session = file->private_data;

	WRITE_ONCE(session->gone, true);
	wake_up(&session->changed);
	if (session->set_up) {
		remove_parts(&session->rig);
		/* Not here: a program that keeps a bus open would keep this process from ending. */
		queue_work(system_unbound_wq, &session->removal);
	}
	/* The session stays for good: a program may be on its way out of a call. */
	return 0;
}

static const struct file_operations session_operations = {
	.owner = THIS_MODULE,
	.open = session_open,
	.release = session_release,
	.read = session_read,
	.write = session_write,
	.poll = session_poll,
};

static struct miscdevice rig_node = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "rig",
	.fops = &session_operations,
};

static int __init rig_init(void)
{
	return misc_register(&rig_node);
}
module_init(rig_init);
/* No module_exit: the machine lives for one command. */

MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("GPIO, SPI, I2C, PWM and analog inputs whose far ends are in a process");
