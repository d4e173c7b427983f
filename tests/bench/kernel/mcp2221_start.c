// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * Lets hid-mcp2221 hear the answers to what it asks in its own probe.
 *
 * The HID core holds a device's reports back until the probe of its driver is over, unless the driver says that it is
 * ready for them. Debian 12's hid-mcp2221 does not, and waits four seconds for each answer. Later kernels have "HID:
 * mcp2221: Allow IO to start during probe"; there this module finds nothing to do.
 */

#include <linux/hid.h>
#include <linux/kprobes.h>
#include <linux/module.h>

#define MICROCHIP 0x04d8
#define MCP2221 0x00dd

static int before_output_report(struct kprobe *probe, struct pt_regs *registers)
{
	struct hid_device *device = (struct hid_device *)registers->di;

	if (device->vendor == MICROCHIP && device->product == MCP2221 && !device->io_started)
		hid_device_io_start(device);
	return 0;
}

static struct kprobe probe = {
	.symbol_name = "hid_hw_output_report",
	.pre_handler = before_output_report,
};

static int __init mcp2221_start_init(void)
{
	return register_kprobe(&probe);
}

static void __exit mcp2221_start_exit(void)
{
	unregister_kprobe(&probe);
}

module_init(mcp2221_start_init);
module_exit(mcp2221_start_exit);
MODULE_SOFTDEP("pre: hid");
MODULE_DESCRIPTION("lets hid-mcp2221 probe");
MODULE_LICENSE("Dual MIT/GPL");
