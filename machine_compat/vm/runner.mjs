// Node's half of the VM: starts MicroPython, and passes its messages to the process at the other end of the pipes.
// Usage: node runner.mjs PACKAGE-FOLDER GUEST-FOLDER

import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [packageFolder, guestFolder] = process.argv.slice(2);
const GUEST = "/lib/_host";
const LOOK_MS = 1;
const idle = new Int32Array(new SharedArrayBuffer(4));
let arrived = Buffer.alloc(0);
let started = false;
let now = null;

// Said in a few words: Node itself would print the line of code, and all of MicroPython is one line.
function fail(error) {
    fs.writeSync(2, `${error.message}\n`);
    process.exit(1);
}
process.on("uncaughtException", fail);

function send(text) {
    const data = Buffer.from(text + "\n");
    for (let sent = 0; sent < data.length;) {
        sent += again(() => fs.writeSync(1, data, sent));
    }
}

// A pipe that somebody has made non-blocking says EAGAIN instead of waiting.
function again(call) {
    for (;;) {
        try {
            return call();
        } catch (error) {
            if (error.code === "EOF") return 0;
            if (error.code === "EPIPE") process.exit(0);
            if (error.code !== "EAGAIN") throw error;
            Atomics.wait(idle, 0, 0, LOOK_MS);
        }
    }
}

function receive() {
    const chunk = Buffer.alloc(65536);
    for (;;) {
        const end = arrived.indexOf(10);
        if (end >= 0) {
            const line = arrived.subarray(0, end).toString();
            arrived = arrived.subarray(end + 1);
            return line;
        }
        const count = again(() => fs.readSync(0, chunk, 0, chunk.length, null));
        if (count === 0) process.exit(0);  // nobody is there any more
        arrived = Buffer.concat([arrived, chunk.subarray(0, count)]);
    }
}

globalThis.host_exchange = (text) => {
    send(text);
    now = null;
    return receive();
};

// MicroPython's own clock, which asyncio's queue reads, is the board's: milliseconds since it started. They stand still
// between two messages.
Date.now = () => (started ? (now ??= JSON.parse(globalThis.host_exchange('[0,"now"]'))[2]) : 0);

const { loadMicroPython } = await import(pathToFileURL(path.join(packageFolder, "micropython.mjs")));
const vm = await loadMicroPython({
    heapsize: 4 << 20,
    pystack: 64 << 10,
    linebuffer: false,
    // Bytes as text, one character each: a character may be split between two chunks.
    stdout: (data) => send(`[0,"print",${JSON.stringify(Buffer.from(data).toString("latin1"))}]`),
    stdin: () => null,
});
vm.FS.mkdir("/lib");
vm.FS.mkdir(GUEST);
for (const name of fs.readdirSync(guestFolder).filter((name) => name.endsWith(".py"))) {
    vm.FS.writeFile(`${GUEST}/${name}`, fs.readFileSync(path.join(guestFolder, name)));
}
started = true;
try {
    vm.runPython("import _host.main");
} catch (error) {
    fail(error);
}
process.exit(0);
