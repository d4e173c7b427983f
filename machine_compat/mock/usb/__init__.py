"""A simulated USB: a virtual host with pyusb's backend interface, and simulated devices to plug into it."""
