"""What the USB specifications fix for host and device alike: bytes in, bytes out, no bus, no world, no port."""
