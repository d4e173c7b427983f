"""Runs a chip's own processor in the world's time, as a generator that says how long each step takes."""

from collections.abc import Generator

from machine_compat.mock.world import Event, World

Program = Generator[int | None, None, None]
"""Yields the ns until it goes on, or None: whenever `go_on` is called."""


class Sequencer:
    """One program at a time, in step with everything else that happens in the world."""

    __slots__ = ("_event", "_program", "_running", "idle", "world")

    def __init__(self, world: World) -> None:
        self.world = world
        self.idle = False
        """Whether the program waits for `go_on`."""
        self._program: Program | None = None
        self._event: Event | None = None
        self._running = False

    def start(self, program: Program) -> None:
        """Run a program from now on, in place of the one that ran."""
        self.stop()
        self._program = program
        self._event = self.world.at(self.world.now, self._step)

    def stop(self) -> None:
        """End the program where it stands; one that asks for its own end goes no further than its next step."""
        if self._event is not None:
            self._event.cancel()
        program, self._program = self._program, None
        if program is not None and not self._running:
            program.close()
        self.idle = False

    def go_on(self) -> None:
        """Go on now, if the program waits for that."""
        if self.idle:
            self.nudge()

    def nudge(self) -> None:
        """Go on now, also where the program would wait for a time; no news to one that is running."""
        if self._program is not None and not self._running:
            self.idle = False
            if self._event is not None:
                self._event.cancel()
            self._event = self.world.at(self.world.now, self._step)

    def _step(self) -> None:
        world, program = self.world, self._program
        while program is not None:
            self._running = True
            try:
                delay = next(program)
            except StopIteration:
                if self._program is program:
                    self._program = None
                return
            finally:
                self._running = False
            if self._program is not program:
                program.close()
                return
            if delay is None:
                self.idle = True
                return
            time = world.now + delay
            if world.pacer is not None or time >= world.due:
                self._event = world.at(time, self._step)
                return
            # Nothing happens before: the step is one of the clock.
            world.now = time
