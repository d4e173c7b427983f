// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The rig's PWM controller. It makes no pulses: it says which ones it would make. */

#include <linux/platform_device.h>
#include <linux/pwm.h>
#include <linux/slab.h>
#include <linux/version.h>

#include "rig.h"

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
#define CHIP_HAS_DRVDATA
#endif

struct rig_pwm {
	struct rig *rig;
	struct platform_device *device;
#ifdef CHIP_HAS_DRVDATA
	struct pwm_chip *chip;
#else
	struct pwm_chip chip[1];
#endif
};

static struct rig_pwm *of_chip(struct pwm_chip *chip)
{
#ifdef CHIP_HAS_DRVDATA
	return pwmchip_get_drvdata(chip);
#else
	return container_of(chip, struct rig_pwm, chip[0]);
#endif
}

static int apply(struct pwm_chip *chip, struct pwm_device *channel, const struct pwm_state *state)
{
	struct rig_event event = {
		.kind = RIG_PWM,
		.channel = channel->hwpwm,
		.flags = (state->enabled ? RIG_ENABLED : 0) |
			 (state->polarity == PWM_POLARITY_INVERSED ? RIG_INVERTED : 0),
		.first = state->period,
		.second = state->duty_cycle,
	};
	int answer = rig_ask(of_chip(chip)->rig, &event, NULL, NULL, 0);

	return answer < 0 ? answer : 0;
}

static const struct pwm_ops operations = {
	.apply = apply,
#ifndef CHIP_HAS_DRVDATA
	.owner = THIS_MODULE,
#endif
};

static int add_chip(struct rig_pwm *pwm, unsigned int channels)
{
	struct device *parent = &pwm->device->dev;
	int error;

#ifdef CHIP_HAS_DRVDATA
	pwm->chip = pwmchip_alloc(parent, channels, 0);
	if (IS_ERR(pwm->chip))
		return PTR_ERR(pwm->chip);
	pwmchip_set_drvdata(pwm->chip, pwm);
	pwm->chip->ops = &operations;
	error = pwmchip_add(pwm->chip);
	if (error)
		pwmchip_put(pwm->chip);
#else
	pwm->chip->dev = parent;
	pwm->chip->npwm = channels;
	pwm->chip->ops = &operations;
	error = pwmchip_add(pwm->chip);
#endif
	return error;
}

int rig_add_pwm(struct rig *rig)
{
	struct rig_pwm *pwm;
	int error;

	if (!rig->setup.pwm_channels)
		return 0;
	pwm = kzalloc(sizeof(*pwm), GFP_KERNEL);
	if (!pwm)
		return -ENOMEM;
	pwm->rig = rig;
	/* A device of its own, because programs find PWM controllers by the name of theirs. */
	pwm->device = platform_device_register_simple(rig->setup.pwm_label, PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(pwm->device)) {
		error = PTR_ERR(pwm->device);
		goto no_device;
	}
	error = add_chip(pwm, rig->setup.pwm_channels);
	if (error)
		goto no_chip;
	rig->pwm = pwm;
	return 0;

no_chip:
	platform_device_unregister(pwm->device);
no_device:
	kfree(pwm);
	return error;
}

void rig_remove_pwm(struct rig *rig)
{
	struct rig_pwm *pwm = rig->pwm;

	if (!pwm)
		return;
	pwmchip_remove(pwm->chip);
#ifdef CHIP_HAS_DRVDATA
	pwmchip_put(pwm->chip);
#endif
	platform_device_unregister(pwm->device);
	kfree(pwm);
}
