// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The rig's SPI controller. As on a Raspberry Pi, its chip selects are lines of the gpiochip that the kernel holds. */

#include <linux/gpio/machine.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/spi/spi.h>

#include "rig.h"

#define FASTEST 125000000
/* A name that spidev has always bound itself to: "spidev" alone is refused. */
#define DRIVEN_BY_SPIDEV "ltc2488"

struct rig_spi {
	struct rig *rig;
	struct spi_controller *controller;
	struct gpiod_lookup_table *selects;
	char name[RIG_NAME];
};

static int transfer(struct spi_controller *controller, struct spi_device *device, struct spi_transfer *transfer)
{
	struct rig_spi *spi = *(struct rig_spi **)spi_controller_get_devdata(controller);
	struct rig_event event = {
		.kind = RIG_SPI,
		.flags = device->mode,
		.length = transfer->len,
		.first = transfer->speed_hz,
		.second = transfer->bits_per_word,
	};
	int answer = rig_ask(spi->rig, &event, transfer->tx_buf, transfer->rx_buf, transfer->len);

	return answer < 0 ? answer : 0;
}

static struct gpiod_lookup_table *select_table(struct rig *rig, const char *spi_name, unsigned int count)
{
	struct gpiod_lookup_table *table = kzalloc(struct_size(table, table, count + 1), GFP_KERNEL);
	unsigned int i;

	if (!table)
		return NULL;
	table->dev_id = spi_name;
	for (i = 0; i < count; i++)
		table->table[i] = GPIO_LOOKUP_IDX(rig->setup.gpio_label, rig->setup.spi_selects[i], "cs", i, GPIO_ACTIVE_LOW);
	return table;
}

static int add_controller(struct rig_spi *spi, unsigned int selects)
{
	struct rig *rig = spi->rig;
	struct spi_controller *controller = spi_alloc_master(&rig->device->dev, sizeof(spi));
	int error;

	if (!controller)
		return -ENOMEM;
	*(struct rig_spi **)spi_controller_get_devdata(controller) = spi;
	controller->bus_num = rig->setup.spi_bus;
	controller->num_chipselect = selects;
	controller->use_gpio_descriptors = true;
	controller->mode_bits = rig->setup.spi_modes;
	controller->bits_per_word_mask = SPI_BPW_MASK(8);
	controller->max_speed_hz = FASTEST;
	controller->transfer_one = transfer;
	/* Every transfer has both buffers, even when the program gives one. */
	controller->flags = SPI_CONTROLLER_MUST_RX | SPI_CONTROLLER_MUST_TX;
	error = spi_register_controller(controller);
	if (error)
		spi_controller_put(controller);
	else
		spi->controller = controller;
	return error;
}

int rig_add_spi(struct rig *rig)
{
	struct spi_board_info info = { .modalias = DRIVEN_BY_SPIDEV, .max_speed_hz = FASTEST };
	unsigned int selects = 0;
	struct rig_spi *spi;
	int error;

	if (rig->setup.spi_bus < 0)
		return 0;
	while (selects < RIG_BUSES && rig->setup.spi_selects[selects] >= 0)
		selects++;
	spi = kzalloc(sizeof(*spi), GFP_KERNEL);
	if (!spi)
		return -ENOMEM;
	rig->spi = spi;
	spi->rig = rig;
	snprintf(spi->name, sizeof(spi->name), "spi%d", rig->setup.spi_bus);
	spi->selects = select_table(rig, spi->name, selects);
	if (!spi->selects)
		return -ENOMEM;
	gpiod_add_lookup_table(spi->selects);
	error = add_controller(spi, selects);
	for (info.chip_select = 0; !error && info.chip_select < selects; info.chip_select++)
		if (!spi_new_device(spi->controller, &info))
			error = -ENODEV;
	return error;
}

void rig_remove_spi(struct rig *rig)
{
	struct rig_spi *spi = rig->spi;

	if (!spi)
		return;
	if (spi->controller)
		spi_unregister_controller(spi->controller);
	if (spi->selects)
		gpiod_remove_lookup_table(spi->selects);
	kfree(spi->selects);
	kfree(spi);
}
