from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from argon2 import PasswordHasher

from atm_service.platform.settings import Settings
from atm_service.registers.offices import life
from atm_service.registers.staff import errors
from atm_service.registers.staff import service as staff
from atm_service.run import assembly
from tests.atm_service.world import OFFICE, Service

PASSWORD = "mot-cau-dai-de-nho"


def add(service: Service, **changes: Any) -> UUID:
    facts = {"username": "hoa.05971", "password": PASSWORD, "role": "clerk", "office": OFFICE}
    with service.context.transaction() as session:
        return staff.add(
            session,
            service.context.hasher,
            **{**facts, "display_name": "Lý Thị Hoa", **changes},
            now=service.now,
        )


def sign_in(service: Service, username: str = "hoa.05971", password: str = PASSWORD) -> Any:
    body = {"username": username, "password": password}
    return service.client.post("/staff/v1/sessions", json=body)


def test_clerk_signs_in(service: Service) -> None:
    """A clerk's session says who, in which role, and at which office; its tokens work."""
    add(service)
    with service.context.transaction() as session:
        life.activate(session, OFFICE, 1, service.now)
    answer = sign_in(service).json()
    assert (answer["role"], answer["office"], answer["display_name"]) == ("clerk", OFFICE, "Lý Thị Hoa")
    assert answer["office_name"]
    headers = {"Authorization": f"Bearer {answer['access_token']}"}
    assert service.client.get("/counter/v1/shifts/current", headers=headers).status_code == 409
    again = service.client.post("/staff/v1/sessions/refresh", json={"refresh_token": answer["refresh_token"]})
    assert again.status_code == 201
    assert (again.json()["role"], again.json()["office"]) == ("clerk", OFFICE)


def test_auditor_has_no_office(service: Service) -> None:
    """Other roles need no office."""
    add(service, role="auditor", office=None)
    answer = sign_in(service).json()
    assert (answer["role"], answer["office"], answer["office_name"]) == ("auditor", None, None)


def test_staff_session_lasts_a_working_day(service: Service) -> None:
    """After twelve hours a member signs in again."""
    add(service)
    token = sign_in(service).json()["refresh_token"]
    service.clock.advance(hours=12)
    answer = service.client.post("/staff/v1/sessions/refresh", json={"refresh_token": token})
    assert answer.status_code == 401


def test_wrong_password_and_unknown_name_look_the_same(service: Service) -> None:
    """Whether somebody is on the staff cannot be learnt at the sign-in door."""
    add(service)
    wrong, unknown = sign_in(service, password="x" * 12), sign_in(service, "nobody", PASSWORD)
    assert [wrong.status_code, unknown.status_code] == [401, 401]
    assert {**wrong.json(), "instance": ""} == {**unknown.json(), "instance": ""}


def test_unknown_name_costs_the_same(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """One Argon2id hash is compared for a known name and for an unknown one."""
    add(service)
    compared: list[str] = []
    verify = PasswordHasher.verify

    def counting(hasher: PasswordHasher, hash: str, password: str) -> bool:
        compared.append(hash.split("$")[3])
        return verify(hasher, hash, password)

    monkeypatch.setattr(PasswordHasher, "verify", counting)
    sign_in(service, password="x" * 12)
    sign_in(service, "nobody")
    assert len(compared) == 2
    assert compared[0] == compared[1]


def test_door_shuts(service: Service) -> None:
    """Five wrong passwords shut the door for five minutes, even to the right one."""
    add(service)
    for _ in range(5):
        assert sign_in(service, password="x" * 12).status_code == 401
    assert sign_in(service).status_code == 429
    service.clock.advance(minutes=5, seconds=1)
    assert sign_in(service).status_code == 201


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"username": "Hoa"}, errors.UsernameInvalid),
        ({"username": "ho"}, errors.UsernameInvalid),
        ({"username": "hoa\n"}, errors.UsernameInvalid),
        ({"username": "h" * 33}, errors.UsernameInvalid),
        ({"password": "x" * 11}, errors.PasswordTooShort),
        ({"password": "x" * 129}, errors.PasswordTooShort),
        ({"office": None}, errors.OfficeNeeded),
        ({"office": "99999-1"}, errors.OfficeMissing),
        ({"display_name": ""}, errors.NameInvalid),
        ({"display_name": "a\nb"}, errors.NameInvalid),
    ],
)
def test_bad_members(service: Service, changes: dict[str, Any], error: type[Exception]) -> None:
    """Whoever cannot be on the staff is refused by reason, and is not on it."""
    with pytest.raises(error):
        add(service, **changes)
    assert sign_in(service).status_code == 401


def test_name_taken(service: Service) -> None:
    """Two members have two user names."""
    add(service)
    with pytest.raises(errors.UsernameTaken):
        add(service)


def test_password_is_hashed(service: Service, tmp_path: Path) -> None:
    """What is kept of a password is an Argon2id hash, as slow as the service is put together with."""
    chosen = Settings(data_dir=tmp_path, secret_keys_file=tmp_path / "secret-keys.toml")
    assembly.make_keys(chosen.keys_file)
    real = assembly.context(chosen, str(service.context.engine.url), service.clock)
    service.context = replace(service.context, hasher=real.hasher)
    add(service)
    with service.context.transaction() as session:
        kept = session.exec_driver_sql("SELECT password_hash FROM service.staff").scalar_one()
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
