// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The rig's analog inputs: an IIO device of 12 bits over 3.3 V whose channels the process is asked for. */

#include <linux/iio/iio.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "rig.h"

#define BITS 12
#define FULL_SCALE_MV 3300

struct rig_adc {
	struct iio_dev *device;
	struct iio_chan_spec *channels;
};

static int read(struct iio_dev *device, struct iio_chan_spec const *channel, int *value, int *divider, long what)
{
	struct rig *rig = *(struct rig **)iio_priv(device);
	struct rig_event event = { .kind = RIG_ADC, .channel = channel->channel };
	int answer;

	switch (what) {
	case IIO_CHAN_INFO_RAW:
		answer = rig_ask(rig, &event, NULL, NULL, 0);
		if (answer < 0)
			return answer;
		*value = answer;
		return IIO_VAL_INT;
	case IIO_CHAN_INFO_SCALE:
		*value = FULL_SCALE_MV;
		*divider = BITS;
		return IIO_VAL_FRACTIONAL_LOG2;
	default:
		return -EINVAL;
	}
}

static const struct iio_info info = { .read_raw = read };

static struct iio_chan_spec *describe_channels(unsigned int count)
{
	struct iio_chan_spec *channels = kcalloc(count, sizeof(*channels), GFP_KERNEL);
	unsigned int i;

	for (i = 0; channels && i < count; i++) {
		channels[i].type = IIO_VOLTAGE;
		channels[i].indexed = 1;
		channels[i].channel = i;
		channels[i].info_mask_separate = BIT(IIO_CHAN_INFO_RAW);
		channels[i].info_mask_shared_by_type = BIT(IIO_CHAN_INFO_SCALE);
	}
	return channels;
}

int rig_add_adc(struct rig *rig)
{
	unsigned int count = rig->setup.adc_channels;
	struct rig_adc *adc;
	int error = -ENOMEM;

	if (!count)
		return 0;
	adc = kzalloc(sizeof(*adc), GFP_KERNEL);
	if (!adc)
		return -ENOMEM;
	adc->channels = describe_channels(count);
	adc->device = iio_device_alloc(&rig->device->dev, sizeof(rig));
	if (!adc->channels || !adc->device)
		goto failed;
	*(struct rig **)iio_priv(adc->device) = rig;
	adc->device->name = rig->setup.adc_label;
	adc->device->info = &info;
	adc->device->modes = INDIO_DIRECT_MODE;
	adc->device->channels = adc->channels;
	adc->device->num_channels = count;
	error = iio_device_register(adc->device);
	if (error)
		goto failed;
	rig->adc = adc;
	return 0;

failed:
	iio_device_free(adc->device);
	kfree(adc->channels);
	kfree(adc);
	return error;
}

void rig_remove_adc(struct rig *rig)
{
	struct rig_adc *adc = rig->adc;

	if (!adc)
		return;
	iio_device_unregister(adc->device);
	iio_device_free(adc->device);
	kfree(adc->channels);
	kfree(adc);
}
