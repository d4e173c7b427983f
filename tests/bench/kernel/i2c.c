// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The rig's I2C adapters. A whole transfer, all its messages with repeated STARTs between them, is one event. */

#include <linux/i2c.h>
#include <linux/mm.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "rig.h"

struct rig_i2c {
	struct rig *rig;
	struct i2c_adapter adapter;
	struct i2c_adapter_quirks quirks;
};

/* Lays out what the messages say; the bytes that they read are the answer. */
static void describe(const struct i2c_msg *messages, int count, struct rig_message *heads)
{
	u8 *written = (u8 *)(heads + count);
	int i;

	for (i = 0; i < count; i++) {
		heads[i] = (struct rig_message){
			.address = messages[i].addr,
			.flags = messages[i].flags,
			.length = messages[i].len,
		};
		if (!(messages[i].flags & I2C_M_RD)) {
			memcpy(written, messages[i].buf, messages[i].len);
			written += messages[i].len;
		}
	}
}

static void hand_out(struct i2c_msg *messages, int count, const u8 *reply)
{
	int i;

	for (i = 0; i < count; i++) {
		if (messages[i].flags & I2C_M_RD) {
			memcpy(messages[i].buf, reply, messages[i].len);
			reply += messages[i].len;
		}
	}
}

static int transfer(struct i2c_adapter *adapter, struct i2c_msg *messages, int count)
{
	struct rig_i2c *i2c = i2c_get_adapdata(adapter);
	struct rig_event event = { .kind = RIG_I2C, .channel = adapter->nr, .flags = count };
	size_t out = count * sizeof(struct rig_message), in = 0;
	struct rig_message *data;
	int i, answer;
	u8 *reply;

	for (i = 0; i < count; i++)
		*(messages[i].flags & I2C_M_RD ? &in : &out) += messages[i].len;
	data = kvmalloc(out, GFP_KERNEL);
	reply = kvmalloc(in ? in : 1, GFP_KERNEL);
	if (data && reply) {
		describe(messages, count, data);
		event.length = out;
		answer = rig_ask(i2c->rig, &event, data, reply, in);
		if (answer >= 0)
			hand_out(messages, count, reply);
	} else {
		answer = -ENOMEM;
	}
	kvfree(data);
	kvfree(reply);
	return answer < 0 ? answer : count;
}

static u32 functions(struct i2c_adapter *adapter)
{
	struct rig_i2c *i2c = i2c_get_adapdata(adapter);

	return i2c->rig->setup.i2c_functions;
}

static const struct i2c_algorithm algorithm = {
	.master_xfer = transfer,
	.functionality = functions,
};

static int add_bus(struct rig *rig, unsigned int index)
{
	struct rig_i2c *i2c = kzalloc(sizeof(*i2c), GFP_KERNEL);
	int error;

	if (!i2c)
		return -ENOMEM;
	i2c->rig = rig;
	i2c->quirks.max_read_len = i2c->quirks.max_write_len = rig->setup.i2c_longest;
	i2c->quirks.flags = rig->setup.i2c_shortest ? I2C_AQ_NO_ZERO_LEN : 0;
	i2c->adapter.owner = THIS_MODULE;
	i2c->adapter.nr = rig->setup.i2c_buses[index];
	i2c->adapter.algo = &algorithm;
	i2c->adapter.quirks = &i2c->quirks;
	i2c->adapter.dev.parent = &rig->device->dev;
	snprintf(i2c->adapter.name, sizeof(i2c->adapter.name), "rig i2c%d", i2c->adapter.nr);
	i2c_set_adapdata(&i2c->adapter, i2c);
	error = i2c_add_numbered_adapter(&i2c->adapter);
	if (error)
		kfree(i2c);
	else
		rig->i2c[index] = i2c;
	return error;
}

int rig_add_i2c(struct rig *rig)
{
	unsigned int i;
	int error = 0;

	for (i = 0; !error && i < RIG_BUSES && rig->setup.i2c_buses[i] >= 0; i++)
		error = add_bus(rig, i);
	return error;
}

void rig_remove_i2c(struct rig *rig)
{
	unsigned int i;

	for (i = 0; i < RIG_BUSES; i++) {
		if (!rig->i2c[i])
			continue;
		i2c_del_adapter(&rig->i2c[i]->adapter);
		kfree(rig->i2c[i]);
	}
}
