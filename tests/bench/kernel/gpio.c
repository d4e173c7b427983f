// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The rig's gpiochip. Its lines tell the process of every change, but for those that are only latches. */

#include <linux/gpio/driver.h>
#include <linux/irq.h>
#include <linux/irqdomain.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/slab.h>

#include "rig.h"

struct rig_line {
	bool output;
	bool high;
	u8 pull;		/* RIG_PULL_UP, RIG_PULL_DOWN or 0 */
	bool interrupts;
	unsigned int edges;	/* IRQ_TYPE_EDGE_.. */
};

struct rig_gpio {
	struct rig *rig;
	struct gpio_chip chip;
	struct rig_line line[RIG_LINES];
};

static int tell(struct gpio_chip *chip, unsigned int offset)
{
	struct rig_gpio *gpio = gpiochip_get_data(chip);
	struct rig_line *line = &gpio->line[offset];
	struct rig_event event = {
		.kind = RIG_LINE,
		.channel = offset,
		.flags = line->pull | (line->high ? RIG_HIGH : 0) | (line->output ? RIG_OUTPUT : 0),
	};

	if (gpio->rig->setup.latches & BIT_ULL(offset)) {
		if (!line->output)
			line->high = line->pull == RIG_PULL_UP;
		return 0;
	}
	return rig_ask(gpio->rig, &event, NULL, NULL, 0);
}

static int get_direction(struct gpio_chip *chip, unsigned int offset)
{
	struct rig_gpio *gpio = gpiochip_get_data(chip);

	return gpio->line[offset].output ? GPIO_LINE_DIRECTION_OUT : GPIO_LINE_DIRECTION_IN;
}

static int get_level(struct gpio_chip *chip, unsigned int offset)
{
	struct rig_gpio *gpio = gpiochip_get_data(chip);

	return gpio->line[offset].high;
}

static void set_level(struct gpio_chip *chip, unsigned int offset, int high)
{
	struct rig_gpio *gpio = gpiochip_get_data(chip);

	gpio->line[offset].high = high;
	tell(chip, offset);
}

static int make_output(struct gpio_chip *chip, unsigned int offset, int high)
{
	struct rig_gpio *gpio = gpiochip_get_data(chip);

	gpio->line[offset].output = true;
	gpio->line[offset].high = high;
	return tell(chip, offset);
}

static int make_input(struct gpio_chip *chip, unsigned int offset)
{
	struct rig_gpio *gpio = gpiochip_get_data(chip);

	gpio->line[offset].output = false;
	return tell(chip, offset);
}

static int configure(struct gpio_chip *chip, unsigned int offset, unsigned long config)
{
	struct rig_gpio *gpio = gpiochip_get_data(chip);
	struct rig_line *line = &gpio->line[offset];

	switch (pinconf_to_config_param(config)) {
	case PIN_CONFIG_BIAS_DISABLE:
		line->pull = 0;
		break;
	case PIN_CONFIG_BIAS_PULL_UP:
		line->pull = RIG_PULL_UP;
		break;
	case PIN_CONFIG_BIAS_PULL_DOWN:
		line->pull = RIG_PULL_DOWN;
		break;
	default:
		return -ENOTSUPP;
	}
	return tell(chip, offset);
}

/* As on a Raspberry Pi, a line that nobody holds is an input. */
static void let_go(struct gpio_chip *chip, unsigned int offset)
{
	make_input(chip, offset);
}

static void mask_interrupt(struct irq_data *data)
{
	struct gpio_chip *chip = irq_data_get_irq_chip_data(data);
	struct rig_gpio *gpio = gpiochip_get_data(chip);

	gpio->line[irqd_to_hwirq(data)].interrupts = false;
	gpiochip_disable_irq(chip, irqd_to_hwirq(data));
}

static void unmask_interrupt(struct irq_data *data)
{
	struct gpio_chip *chip = irq_data_get_irq_chip_data(data);
	struct rig_gpio *gpio = gpiochip_get_data(chip);

	gpiochip_enable_irq(chip, irqd_to_hwirq(data));
	gpio->line[irqd_to_hwirq(data)].interrupts = true;
}

static int choose_edges(struct irq_data *data, unsigned int type)
{
	struct gpio_chip *chip = irq_data_get_irq_chip_data(data);
	struct rig_gpio *gpio = gpiochip_get_data(chip);

	if (type & ~IRQ_TYPE_EDGE_BOTH)
		return -EINVAL;
	gpio->line[irqd_to_hwirq(data)].edges = type;
	return 0;
}

static const struct irq_chip interrupts = {
	.name = "rig",
	.irq_mask = mask_interrupt,
	.irq_unmask = unmask_interrupt,
	.irq_set_type = choose_edges,
	.flags = IRQCHIP_IMMUTABLE,
	GPIOCHIP_IRQ_RESOURCE_HELPERS,
};

int rig_drive(struct rig *rig, u32 offset, bool high)
{
	struct rig_line *line;

	if (!rig->gpio || offset >= rig->setup.lines)
		return -EINVAL;
	line = &rig->gpio->line[offset];
	if (line->output || line->high == high)
		return 0;
	line->high = high;
	if (line->interrupts && (line->edges & (high ? IRQ_TYPE_EDGE_RISING : IRQ_TYPE_EDGE_FALLING)))
		generic_handle_irq_safe(irq_find_mapping(rig->gpio->chip.irq.domain, offset));
	return 0;
}

/*
 * The lines get their names as those of a device tree do. If the gpiochip itself brought them, Linux 6.1 would look
 * for the same names on all gpiochips, and stumble over one that was unplugged while a program has it open.
 */
static struct fwnode_handle *name_lines(struct rig_setup *setup)
{
	const char *names[RIG_LINES];
	struct property_entry properties[] = {
		PROPERTY_ENTRY_STRING_ARRAY_LEN("gpio-line-names", names, setup->lines),
		{ }
	};
	unsigned int i;

	for (i = 0; i < setup->lines; i++)
		names[i] = setup->line_names[i];
	return fwnode_create_software_node(properties, NULL);
}

int rig_add_gpio(struct rig *rig)
{
	struct rig_gpio *gpio;
	int error;

	if (!rig->setup.lines)
		return 0;
	gpio = kzalloc(sizeof(*gpio), GFP_KERNEL);
	if (!gpio)
		return -ENOMEM;
	gpio->rig = rig;
	gpio->chip = (struct gpio_chip){
		.label = rig->setup.gpio_label,
		.parent = &rig->device->dev,
		.fwnode = name_lines(&rig->setup),
		.owner = THIS_MODULE,
		.base = -1,
		.ngpio = rig->setup.lines,
		.can_sleep = true,
		.get_direction = get_direction,
		.get = get_level,
		.set = set_level,
		.direction_input = make_input,
		.direction_output = make_output,
		.set_config = configure,
		.free = let_go,
	};
	if (IS_ERR(gpio->chip.fwnode)) {
		error = PTR_ERR(gpio->chip.fwnode);
		kfree(gpio);
		return error;
	}
	gpio_irq_chip_set_chip(&gpio->chip.irq, &interrupts);
	gpio->chip.irq.handler = handle_simple_irq;
	gpio->chip.irq.default_type = IRQ_TYPE_NONE;
	error = gpiochip_add_data(&gpio->chip, gpio);
	if (error)
		kfree(gpio);
	else
		rig->gpio = gpio;
	return error;
}

void rig_remove_gpio(struct rig *rig)
{
	/* Nothing is freed: a program may be on its way out of a call. */
	if (rig->gpio)
		gpiochip_remove(&rig->gpio->chip);
}
