"""The processes of one service, under uvicorn's supervisor."""

from uvicorn.supervisors import multiprocess


class Worker(multiprocess.Process):
    """A process whose end its supervisor sees at once.

    The supervisor asks each whether it lives, and waits for the answer as long as a start on a slow machine may take.
    It holds the other end of that line too: so it would wait in vain for one that died after it was asked, and
    meanwhile replace no other and hear no signal.
    """

    def start(self) -> None:
        """Start it, and leave its end of the line to it alone."""
        super().start()
        self.child_conn.close()


def supervise() -> None:
    """Let uvicorn start such processes."""
    multiprocess.Process = Worker  # type: ignore[misc]
