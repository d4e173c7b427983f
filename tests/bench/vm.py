"""This file boots the bench's guest and runs one command in it.

The guest is Debian's kernel in QEMU, with this computer's files under a scratch layer: same paths, same Python, same
environment, nothing it writes stays. The command's output goes to stdout as it comes; its exit status is ours, or 125
when the guest never got to the end of it.
"""

import argparse
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NEVER_FINISHED = 125
CACHE = Path(__file__).resolve().parents[2] / ".cache" / "bench"
LIMIT_S = 600
POWER_OFF_S = 5
PRIVATE = {"PWD", "OLDPWD", "SHLVL", "_", "TMPDIR"}
"""Variables that belong to the caller's own shell."""

KERNEL_COMMAND_LINE = "console=ttyS3,115200 quiet panic=-1 mitigations=off random.trust_cpu=on nokaslr tsc=reliable"


def qemu_command(session: Path, accelerator: str) -> list[str]:
    """QEMU and its arguments; session: the folder that the guest sees as /mnt/bench."""
    accelerators = {
        "tcg": ["-accel", "tcg,thread=multi,tb-size=512", "-cpu", "max,arch-capabilities=off"],
        "kvm": ["-accel", "kvm", "-cpu", "host"],
    }
    wire, monitor = session / "serial-wire", session / "monitor"
    return [
        "qemu-system-x86_64", "-M", "pc,usb=off,vmport=off", *accelerators[accelerator],
        "-smp", "1", "-m", "1024", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
        "-bios", "qboot.rom", "-kernel", f"{CACHE}/vmlinux", "-initrd", f"{CACHE}/initial.cpio",
        "-append", KERNEL_COMMAND_LINE,
        # ttyS0 and ttyS1 are the two ends of a wire; ttyS3 is the console.
        "-chardev", f"socket,id=end0,path={wire},server=on,wait=off", "-serial", "chardev:end0",
        "-chardev", f"socket,id=end1,path={wire}", "-serial", "chardev:end1",
        "-serial", "null",
        "-chardev", f"file,id=console,path={session}/console", "-serial", "chardev:console",
        "-device", "virtio-serial-pci", "-chardev", "stdio,id=output,signal=off",
        "-device", "virtserialport,chardev=output,name=output",
        # QEMU's own prompt is the guest's second virtual port: what no device in the guest can do is asked there.
        "-chardev", f"socket,id=near,path={monitor},server=on,wait=off",
        "-device", "virtserialport,chardev=near,name=monitor",
        "-chardev", f"socket,id=prompt,path={monitor}", "-mon", "chardev=prompt,mode=readline",
        *shared_folder("host", "/", "readonly=on,multidevs=remap"),
        *shared_folder("session", str(session), "readonly=off"),
        "-device", "virtio-rng-pci",
    ]  # fmt: skip


def shared_folder(tag: str, path: str, options: str) -> list[str]:
    return [
        "-fsdev", f"local,id={tag},path={path},security_model=none,{options}",
        "-device", f"virtio-9p-pci,fsdev={tag},mount_tag={tag}",
    ]  # fmt: skip


def write_session(session: Path, command: str) -> None:
    """Lay out what guest/session.sh reads."""
    kernel = (CACHE / "kernel").read_text().strip()
    variables = {name: value for name, value in os.environ.items() if re.fullmatch(r"\w+", name)}
    variables = {name: value for name, value in variables.items() if name not in PRIVATE}
    variables |= {"BENCH_FOLDER": os.getcwd(), "BENCH_MODULES": f"{CACHE}/root/lib/modules/{kernel}"}
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in variables.items()]
    (session / "environment").write_text("".join(lines))
    (session / "command").write_text(command + "\n")
    (session / "session.sh").write_text((Path(__file__).parent / "guest" / "session.sh").read_text())


def wait_for(qemu: subprocess.Popen[bytes], status: Path, limit_s: float) -> None:
    """Return when the guest has switched itself off, soon after it should have, or when its time is up."""
    end = time.monotonic() + limit_s
    finishing = False
    while qemu.poll() is None and time.monotonic() < end:
        if not finishing and status.exists() and status.stat().st_size:
            finishing = True
            end = min(end, time.monotonic() + POWER_OFF_S)
        time.sleep(0.05)
    if qemu.poll() is None:
        qemu.kill()
    qemu.wait()


def run(command: str, limit_s: float, accelerator: str) -> int:
    """Boot, run, switch off; returns the command's exit status."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        session = Path(folder)
        write_session(session, command)
        with (session / "qemu.log").open("wb") as log:
            # A pipe that nobody writes to or closes: at the end of its input QEMU would close the port, output and all.
            qemu = subprocess.Popen(qemu_command(session, accelerator), stdin=subprocess.PIPE, stderr=log)
            with qemu:
                try:
                    wait_for(qemu, session / "status", limit_s)
                finally:
                    qemu.kill()
        status = read(session / "status").strip()
        if not status:
            sys.stderr.write(f"bench: the guest did not finish the command\n{read(session / 'qemu.log')}")
            sys.stderr.write(read(session / "console")[-4000:])
            return NEVER_FINISHED
        return int(status)


def read(file: Path) -> str:
    return file.read_text(errors="replace") if file.exists() else ""


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="scripts/bench-vm", description="Runs a command in a virtual computer with real Linux device nodes."
    )
    parser.add_argument("command", help="what bash runs, as one argument")
    parser.add_argument("--limit", type=float, default=LIMIT_S, metavar="SECONDS", help="when to give up (%(default)s)")
    parser.add_argument(
        "--accelerator", choices=["tcg", "kvm"], default="tcg", help="software emulation, or KVM where it works"
    )
    arguments = parser.parse_args()
    return run(arguments.command, arguments.limit, arguments.accelerator)


if __name__ == "__main__":
    sys.exit(main())
