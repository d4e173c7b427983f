/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What the parts of the rig share, and what goes over /dev/rig.
 *
 * One open file is one rig: a gpiochip, SPI and I2C buses, PWM outputs and analog inputs that are real to the kernel.
 * Their far ends are in the process that holds the file. It first writes a struct rig_setup. From then on it reads
 * events, one per read(), in the order they happen; a driver that caused one waits until the process has written
 * RIG_ANSWER. So the process sees every edge of every wire before the next one, however fast a program moves them.
 * Closing the file unplugs everything. At first all lines are inputs, but the chip selects outputs, high.
 */
#ifndef RIG_H
#define RIG_H

#include <linux/types.h>

#define RIG_LINES 64
#define RIG_NAME 32
#define RIG_BUSES 4

enum rig_event_kind {
	RIG_LINE = 1,	/* channel: line; flags: RIG_HIGH.. */
	RIG_SPI,	/* flags: SPI mode; first: Hz; second: bits per word; data: MOSI; answer: MISO */
	RIG_I2C,	/* channel: bus; flags: number of messages; data: struct rig_message each, then what they write */
	RIG_PWM,	/* channel; flags: RIG_ENABLED..; first: period in ns; second: duty in ns */
	RIG_ADC,	/* channel; answer: the value, 0..4095 */
};

enum rig_command_kind {
	RIG_ANSWER = 1,	/* value: 0 or more, or a negative errno; data: the reply */
	RIG_DRIVE,	/* channel: line; value: the level that the world gives an input */
};

/* flags of RIG_LINE */
#define RIG_HIGH	0x01
#define RIG_OUTPUT	0x02
#define RIG_PULL_UP	0x04
#define RIG_PULL_DOWN	0x08

/* flags of RIG_PWM */
#define RIG_ENABLED	0x01
#define RIG_INVERTED	0x02

struct rig_event {
	__u32 kind, channel, flags, length;
	__u64 first, second;
};

struct rig_command {
	__u32 kind, channel;
	__s32 value;
	__u32 length;
};

struct rig_message {
	__u16 address, flags, length, unused;
};

struct rig_setup {
	char gpio_label[RIG_NAME];
	char pwm_label[RIG_NAME];	/* the name of the PWM controller's device */
	char adc_label[RIG_NAME];	/* what the IIO device says its name is */
	char line_names[RIG_LINES][RIG_NAME];
	__u64 latches;			/* a bit for each line whose changes are no events */
	__u32 lines;			/* of the gpiochip; 0: none */
	__s32 spi_bus;			/* -1: none; else its number, as in /dev/spidev<bus>.<select> */
	__u32 spi_modes;		/* SPI_CPOL | ..: what the controller can do */
	__s32 spi_selects[RIG_BUSES];	/* the lines of the chip selects, -1 after the last */
	__s32 i2c_buses[RIG_BUSES];	/* their numbers, -1 after the last */
	__u32 i2c_functions;		/* I2C_FUNC_.. */
	__u32 i2c_shortest;		/* bytes in a message: 0, or 1 where an empty one is refused */
	__u32 i2c_longest;		/* 0: no limit */
	__u32 pwm_channels;
	__u32 adc_channels;
};

#ifdef __KERNEL__

struct platform_device;
struct rig_gpio;
struct rig_spi;
struct rig_i2c;
struct rig_pwm;
struct rig_adc;

struct rig {
	struct rig_setup setup;
	struct platform_device *device;	/* the parent of all parts */
	struct rig_gpio *gpio;
	struct rig_spi *spi;
	struct rig_i2c *i2c[RIG_BUSES];
	struct rig_pwm *pwm;
	struct rig_adc *adc;
};

/*
 * Has the process answer an event. data: event->length bytes that go with it. reply: exactly room bytes, filled when
 * the answer is not negative. Returns the answer's value; -ENODEV when the process is gone, -ETIMEDOUT when it is
 * silent for 5 s. May sleep.
 */
int rig_ask(struct rig *rig, const struct rig_event *event, const void *data, void *reply, size_t room);

int rig_add_gpio(struct rig *rig);
void rig_remove_gpio(struct rig *rig);
int rig_drive(struct rig *rig, u32 line, bool high);

int rig_add_spi(struct rig *rig);
void rig_remove_spi(struct rig *rig);

int rig_add_i2c(struct rig *rig);
void rig_remove_i2c(struct rig *rig);

int rig_add_pwm(struct rig *rig);
void rig_remove_pwm(struct rig *rig);

int rig_add_adc(struct rig *rig);
void rig_remove_adc(struct rig *rig);

#endif
#endif
