"""What came to simulated phones is shown on a demonstration's page, and nowhere else."""

from dataclasses import replace
from pathlib import Path

from fastapi.testclient import TestClient

from atm_service.platform.notifier import Text
from atm_service.registers.messages import service as messages
from atm_service.run import app
from tests.atm_service.world import Service


def test_a_demonstration_shows_what_came(service: Service, tmp_path: Path) -> None:
    """The newest first, with number and words."""
    service.customer(phone="0912345678")
    messages.deliver(service.context)
    settings = service.context.settings.model_copy(update={"demo_file": tmp_path / "demo.json"})
    shown = TestClient(app.create(replace(service.context, settings=settings))).get("/demo/phones.json")
    (came,) = shown.json()["items"]
    assert came["phone"] == "0912345678"
    assert came["words"].startswith("Soft-ATM: Vi da duoc dang nhap")


def test_nobody_else_sees_it(service: Service, tmp_path: Path) -> None:
    """Not where it is no demonstration, and not where the carrier is a real one."""

    class Carrier:
        def send(self, text: Text, timeout_s: float) -> None: ...

    settings = service.context.settings.model_copy(update={"demo_file": tmp_path / "demo.json"})
    real = replace(service.context, settings=settings, notifier=Carrier())
    for context in (service.context, real):
        assert TestClient(app.create(context)).get("/demo/phones.json").status_code == 404
