"""Time: every wait of the emulated services is divided by a scale, and a ticker moves what changes by itself."""
import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timezone

#: How much faster than AWS waits pass: at 60 an hour takes a minute.
scale = 1.0

#: The same for what waits for a machine (hooks, grace of health checks), where real ones stand behind the instances; None: as the others.
machine_scale: float | None = None

#: Requests and ticks exclude each other: moto's models know no threads.
lock = threading.RLock()

_steps: list[Callable[[], None]] = []
_TICK_SECONDS = 0.05


def now() -> float:
    """Seconds of a clock that never goes back."""
    return time.monotonic()


def after(seconds: float) -> float:
    """The moment at which a wait of so many seconds on AWS is over here."""
    return now() + seconds / scale


def machine_time(seconds: float) -> float:
    """How long a wait for a machine of so many seconds on AWS takes here."""
    return seconds / (machine_scale or scale)


def timestamp() -> datetime:
    return datetime.now(timezone.utc)


def every_tick(step: Callable[[], None]) -> Callable[[], None]:
    _steps.append(step)
    return step


def start() -> None:
    def run() -> None:
        while True:
            time.sleep(_TICK_SECONDS)
            for step in _steps:
                with lock:
                    try:
                        step()
                    except Exception:  # the emulator must outlive a fault of one step, and say it
                        logging.exception("emulator: %s failed", step.__name__)

    threading.Thread(target=run, daemon=True, name="emulator-clock").start()
