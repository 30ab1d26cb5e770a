import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from atm_service.platform.sessions import service as sessions
from tests.atm_service.world import PASSWORD, Service


def wallet_session(service: Service) -> dict[str, Any]:
    facts = {"phone": "0987654321", "pin": "480152"}
    service.apply(**facts)
    answer = service.client.post("/wallet/v1/sessions", json=facts)
    assert answer.status_code == 201
    body: dict[str, Any] = answer.json()
    return body


def post(service: Service, what: str, refresh_token: str, who: str = "wallet") -> Any:
    return service.client.post(f"/{who}/v1/sessions/{what}", json={"refresh_token": refresh_token})


def refreshed(service: Service, refresh_token: str) -> dict[str, Any]:
    answer = post(service, "refresh", refresh_token)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_refresh_rotates(service: Service) -> None:
    """Each refresh token gives the next one, and an access token that works."""
    first = wallet_session(service)
    second = refreshed(service, first["refresh_token"])
    third = refreshed(service, second["refresh_token"])
    assert len({one["refresh_token"] for one in (first, second, third)}) == 3
    headers = {"Authorization": f"Bearer {third['access_token']}"}
    assert service.client.get("/wallet/v1/account", headers=headers).status_code == 200


def ended_by_theft(service: Service, used: str, newest: str) -> None:
    """Check that using `used` again ends the session, for the newest token as well, and is in the trail."""
    again = post(service, "refresh", used)
    assert (again.status_code, again.json()["type"].rpartition(":")[2]) == (401, "session-ended")
    assert post(service, "refresh", newest).status_code == 401
    [event] = service.trail("session.ended")
    assert event["detail"] == {"reason": "refresh-token-used-twice"}


def test_lost_answer_is_given_again(service: Service) -> None:
    """Whoever lost the answer and asks again within a minute gets the same successor, and goes on."""
    token = wallet_session(service)["refresh_token"]
    lost = refreshed(service, token)["refresh_token"]
    service.clock.advance(seconds=59)
    assert refreshed(service, token)["refresh_token"] == lost
    refreshed(service, lost)
    assert service.trail("session.ended") == []


def test_used_a_minute_later_ends_all(service: Service) -> None:
    """A refresh token that comes again a minute after its use was copied, though its successor is unused."""
    token = wallet_session(service)["refresh_token"]
    successor = refreshed(service, token)["refresh_token"]
    service.clock.advance(seconds=61)
    ended_by_theft(service, token, successor)


def test_used_after_its_successor_ends_all(service: Service) -> None:
    """A refresh token that comes again after its successor was used was copied: its answer had arrived."""
    token = wallet_session(service)["refresh_token"]
    newest = refreshed(service, refreshed(service, token)["refresh_token"])["refresh_token"]
    ended_by_theft(service, token, newest)


def test_used_by_many_at_once(service: Service) -> None:
    """Ten who use one refresh token at once get the same successor, and it is good."""
    token = wallet_session(service)["refresh_token"]
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: refreshed(service, token), range(10)))
    [successor] = {answer["refresh_token"] for answer in answers}
    refreshed(service, successor)


def test_other_sessions_go_on(service: Service) -> None:
    """A session that ends takes no other session of the same person along."""
    first = wallet_session(service)
    other = service.client.post("/wallet/v1/sessions", json={"phone": "0987654321", "pin": "480152"}).json()
    assert post(service, "end", first["refresh_token"]).status_code == 204
    assert post(service, "refresh", first["refresh_token"]).status_code == 401
    refreshed(service, other["refresh_token"])


def test_end_is_harmless_to_repeat(service: Service) -> None:
    """Signing out twice, or with a token that never was, is no fault."""
    token = wallet_session(service)["refresh_token"]
    assert [post(service, "end", one).status_code for one in (token, token, "nonsense")] == [204] * 3


def test_expires(service: Service) -> None:
    """A wallet session lasts thirty days from the sign-in, however often it is refreshed."""
    token = wallet_session(service)["refresh_token"]
    service.clock.advance(days=29)
    token = refreshed(service, token)["refresh_token"]
    service.clock.advance(days=1)
    assert post(service, "refresh", token).status_code == 401


def test_wrong_door(service: Service) -> None:
    """A wallet's refresh token is nothing to the staff's door, and stays good."""
    token = wallet_session(service)["refresh_token"]
    assert post(service, "refresh", token, "staff").status_code == 401
    assert post(service, "end", token, "staff").status_code == 204
    refreshed(service, token)


@pytest.mark.parametrize("token", ["x", "nonsense", "\x00" * 43, "ă" * 43])
def test_nonsense(service: Service, token: str) -> None:
    """A token that we never gave is a session that has ended, whatever it looks like."""
    assert post(service, "refresh", token).status_code == 401


def test_only_hashes_are_kept(service: Service) -> None:
    """The database cannot give a refresh token away."""
    token = wallet_session(service)["refresh_token"]
    tokens = [token, refreshed(service, token)["refresh_token"]]
    with service.context.transaction() as session:
        kept = session.exec_driver_sql("SELECT hash FROM service.session_token").scalars()
        assert set(kept) == {hashlib.sha256(one.encode()).digest() for one in tokens}


def test_staff_session_follows_the_member(service: Service) -> None:
    """Somebody who left the staff gets no further tokens."""
    member_id, _ = service.member("auditor", None)
    with service.context.transaction() as session:
        username = session.exec_driver_sql("SELECT username FROM service.staff").scalar_one()
    body = {"username": username, "password": PASSWORD}
    token = service.client.post("/staff/v1/sessions", json=body).json()["refresh_token"]
    with service.context.transaction() as session:
        session.exec_driver_sql("UPDATE service.staff SET active = false WHERE id = %s", (member_id,))
    assert post(service, "refresh", token, "staff").status_code == 401
    assert service.client.post("/staff/v1/sessions", json=body).status_code == 401


def test_old_sessions_are_forgotten(service: Service) -> None:
    """A month after its end a session is dropped with its tokens; a living one is not."""
    wallet_session(service)
    service.clock.advance(days=59)
    service.client.post("/wallet/v1/sessions", json={"phone": "0987654321", "pin": "480152"})
    service.clock.advance(days=2)
    with service.context.transaction() as session:
        assert sessions.forget_old(session, service.now) == 1
        tokens = session.exec_driver_sql("SELECT count(*) FROM service.session_token").scalar_one()
    assert tokens == 1
