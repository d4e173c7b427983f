"""The one thread of a Linux board: it waits for all watched devices together and calls who asked for each."""

import logging
import os
import select
import signal
import threading
from collections.abc import Callable

log = logging.getLogger("machine_compat")


class Watcher:
    """Calls a function whenever a file can be read; started by the first file, ended by `close`.

    After `remove` has returned, the function is not called any more.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._ready: dict[int, Callable[[], None]] = {}
        self._epoll: select.epoll | None = None
        self._thread: threading.Thread | None = None
        self._end = -1

    def add(self, fd: int, ready: Callable[[], None], *, news_only: bool = False) -> None:
        """Watch a file. news_only: call for what arrives, and not for as long as it is left unread."""
        with self._lock:
            epoll = self._started()
            events = select.EPOLLIN | (select.EPOLLET if news_only else 0)
            if fd in self._ready:
                epoll.modify(fd, events)
            else:
                epoll.register(fd, events)
            self._ready[fd] = ready

    def remove(self, fd: int) -> None:
        """Watch a file no longer; it must still be open."""
        with self._lock:
            if self._ready.pop(fd, None) is not None and self._epoll is not None:
                self._epoll.unregister(fd)

    def close(self) -> None:
        thread, self._thread = self._thread, None
        if thread is None or self._epoll is None:
            return
        os.eventfd_write(self._end, 1)
        thread.join()
        self._epoll.close()
        os.close(self._end)
        self._epoll = None
        self._ready.clear()

    def _started(self) -> select.epoll:
        if self._epoll is None:
            self._epoll = select.epoll()
            self._end = os.eventfd(0, os.EFD_CLOEXEC)
            self._epoll.register(self._end, select.EPOLLIN)
            self._thread = threading.Thread(
                target=self._run, args=(self._epoll, self._end), name="machine-compat watcher", daemon=True
            )
            self._thread.start()
        return self._epoll

    def _run(self, epoll: select.epoll, end: int) -> None:
        # Signals are for the script's thread: here they would not end its waits.
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        while True:
            for fd, _ in epoll.poll():
                if fd == end:
                    return
                with self._lock:
                    ready = self._ready.get(fd)
                    if ready is not None:
                        self._call(fd, ready)

    def _call(self, fd: int, ready: Callable[[], None]) -> None:
        try:
            ready()
        except OSError as error:
            log.warning("a watched device has gone: %s", error.strerror)
            self.remove(fd)
