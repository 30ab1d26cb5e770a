"""The vault and the road: moves, deliveries counted in and out, and what a supervisor does about them."""

from pathlib import Path

import pytest

from tests.counter_app.desk import desk, in_loop
from tests.counter_app.fake_service import CLERK, OTHER_CLERK, PASSWORD, SUPERVISOR

BAG = {"count-500000": "120"}


@in_loop
async def test_cash_into_the_drawer(tmp_path: Path) -> None:
    """What the vault holds is shown nowhere; the moved notes are counted, and the sum said in words."""
    async with desk(tmp_path) as at:
        at.fake.cash.vault = {"500000": 40}
        await at.open_shift()
        await at.browser.open("/cash")
        assert "20.000.000" not in at.browser.text
        assert "Chưa đếm lần nào" in at.browser.text
        await at.browser.open("/cash/to-drawer")
        await at.browser.send("/cash/to-drawer", **{"count-500000": "10"})
        assert "Đã chuyển vào ngăn kéo" in at.browser.text
        assert "Năm triệu đồng" in at.browser.text
        assert at.fake.cash.vault == {"500000": 30, **dict.fromkeys(list(at.fake.cash.vault)[1:], 0)}


@in_loop
async def test_the_vault_is_counted_blind(tmp_path: Path) -> None:
    """A first count that differs is made again without a figure; the second says what is short."""
    async with desk(tmp_path) as at:
        at.fake.cash.vault = {"500000": 40}
        await at.sign_in()
        await at.browser.open("/cash/count")
        await at.browser.send("/cash/count", **{"count-500000": "39"})
        assert "Số đếm không khớp" in at.browser.text
        assert "20.000.000" not in at.browser.text
        assert "19.500.000" not in at.browser.text
        await at.browser.send("/cash/count", **{"count-500000": "39"})
        assert "Két thiếu 500.000" in at.browser.text
        assert "20.000.000" in at.browser.text
        await at.browser.open("/cash")
        assert "Đếm lần cuối" in at.browser.text


@in_loop
async def test_a_vault_that_is_due_is_counted_first(tmp_path: Path) -> None:
    """The page says so, a move is refused and leads to the count, and after it cash may leave."""
    async with desk(tmp_path) as at:
        at.fake.cash.vault, at.fake.cash.count_due = {"500000": 40}, True
        await at.open_shift()
        await at.browser.open("/cash")
        assert "Đếm két trước" in at.browser.text
        for _ in range(2):
            await at.browser.open("/cash/to-drawer")
            await at.browser.send("/cash/to-drawer", **{"count-500000": "10"})
            if "Két đã lâu chưa được kiểm đếm" in at.browser.text:
                assert 'href="/cash/count"' in at.browser.text
                await at.browser.open("/cash/count")
                await at.browser.send("/cash/count", **{"count-500000": "40"})
                assert "Đã kiểm đếm két: khớp sổ" in at.browser.text
        assert "Đã chuyển vào ngăn kéo" in at.browser.text


@in_loop
async def test_notes_that_are_not_there(tmp_path: Path) -> None:
    """Of which kind there are too few, not by how many, and the way back."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.browser.open("/cash/to-drawer")
        await at.browser.send("/cash/to-drawer", **{"count-200000": "3"})
        assert "Không có các tờ tiền này" in at.browser.text
        assert "<dt>Không đủ tờ</dt><dd>200.000</dd>" in at.browser.text


@in_loop
async def test_nothing_is_no_move(tmp_path: Path) -> None:
    """An empty count comes back unsent."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.browser.open("/cash/to-vault")
        assert (await at.browser.send("/cash/to-vault")).status_code == 422


@in_loop
async def test_a_delivery_is_counted_blind(tmp_path: Path) -> None:
    """What was sent is on no page before the count; a first count that differs is made again."""
    async with desk(tmp_path) as at:
        delivery = at.fake.cash.delivery()
        await at.sign_in()
        await at.browser.open("/cash")
        assert "Tiền đang chuyển đến điểm này" in at.browser.text
        assert "60.000.000" not in at.browser.text
        path = f"/cash/deliveries/{delivery['id']}/receive"
        await at.browser.open(path)
        await at.browser.send(path, **(BAG | {"count-500000": "119"}))
        assert "Số đếm không khớp" in at.browser.text
        assert "60.000.000" not in at.browser.text
        await at.browser.send(path, **BAG)
        assert "Đã nhận đủ" in at.browser.text


@in_loop
async def test_a_short_delivery_is_explained(tmp_path: Path) -> None:
    """The clerk learns by how much, the supervisor writes why."""
    async with desk(tmp_path) as at:
        delivery = at.fake.cash.delivery()
        await at.sign_in()
        path = f"/cash/deliveries/{delivery['id']}/receive"
        await at.browser.open(path)
        for _ in range(2):
            await at.browser.send(path, **(BAG | {"count-500000": "119"}))
        assert "thiếu 500.000" in at.browser.text
        boss = at.another_browser()
        await at.sign_in(SUPERVISOR, boss)
        await boss.open("/supervision")
        assert "thiếu 500.000" in boss.text
        await boss.send(f"/supervision/deliveries/{delivery['id']}/explain", reason="Huyện đếm nhầm một tờ")
        assert "Giải trình: Huyện đếm nhầm một tờ" in boss.text


@in_loop
async def test_a_delivery_is_refused(tmp_path: Path) -> None:
    """With a reason; without one nothing is sent."""
    async with desk(tmp_path) as at:
        delivery = at.fake.cash.delivery()
        await at.sign_in()
        await at.browser.open("/cash")
        assert (await at.browser.send("/refuse", reason=" x ")).status_code == 422
        assert delivery["status"] == "sent"
        await at.browser.open("/cash")
        await at.browser.send("/refuse", reason="Niêm phong rách")
        assert "Chuyến tiền quay lại" in at.browser.text
        assert "Niêm phong rách" in at.browser.text


@in_loop
async def test_cash_goes_back_to_the_area(tmp_path: Path) -> None:
    """The clerk counts the ordered sum out; another sum is refused."""
    async with desk(tmp_path) as at:
        delivery = at.fake.cash.delivery("to-area", "ordered")
        await at.sign_in()
        await at.browser.open("/cash")
        assert "Khu vực yêu cầu chuyển tiền về" in at.browser.text
        path = f"/cash/deliveries/{delivery['id']}/send"
        await at.browser.open(path)
        await at.browser.send(path, **(BAG | {"count-500000": "119"}))
        assert "không đúng số theo lệnh" in at.browser.text
        await at.browser.open(path)
        await at.browser.send(path, **BAG)
        assert "Đã giao tiền đi" in at.browser.text


@in_loop
async def test_a_supervisor_orders_sends_and_calls_off(tmp_path: Path) -> None:
    """From order to road, in millions; what is on the road can be called back."""
    async with desk(tmp_path) as at:
        await at.sign_in(SUPERVISOR)
        await at.browser.open("/supervision")
        await at.browser.send("/orders", office="05971-1", millions="60", direction="to-office")
        assert "Đã lập lệnh chuyển tiền" in at.browser.text
        (delivery,) = at.fake.cash.deliveries
        assert (delivery["amount"], delivery["status"]) == (60_000_000, "ordered")
        await at.browser.open(f"/supervision/deliveries/{delivery['id']}/send")
        await at.browser.send("/count/send", **BAG)
        assert "Đã giao tiền đi" in at.browser.text
        await at.browser.open("/supervision")
        await at.browser.send("/cancel", reason="Lũ cuốn đường")
        assert delivery["status"] == "turned-back"


@in_loop
async def test_what_is_anothers_has_no_button(tmp_path: Path) -> None:
    """Who ordered a large sum, or sent what is short, is told so before any note is counted."""
    async with desk(tmp_path) as at:
        large = at.fake.cash.delivery(status="ordered") | {"for_another": True}
        short = at.fake.cash.delivery(status="received")
        short |= {"difference": -500_000, "for_another": True}
        at.fake.cash.deliveries = [large, short]
        await at.sign_in(SUPERVISOR)
        await at.browser.open("/supervision")
        assert "kiểm soát viên khác đếm và giao tiền" in at.browser.text
        assert "kiểm soát viên khác giải trình" in at.browser.text
        assert f"{large['id']}/send" not in at.browser.text
        assert f"{short['id']}/explain" not in at.browser.text


@in_loop
async def test_orders_that_are_none(tmp_path: Path) -> None:
    """No office, no sum, no direction: nothing is ordered."""
    async with desk(tmp_path) as at:
        await at.sign_in(SUPERVISOR)
        good = {"office": "05971-1", "millions": "60", "direction": "to-office"}
        for wrong in (
            {"office": ""},
            {"millions": "0"},
            {"millions": "10001"},
            {"millions": "x"},
            {"direction": "x"},
        ):
            await at.browser.open("/supervision")
            assert (await at.browser.send("/orders", **(good | wrong))).status_code == 422
        assert at.fake.cash.deliveries == []


@in_loop
async def test_a_lost_answer_is_asked_for_again(tmp_path: Path) -> None:
    """A move whose answer was lost is unknown, in words of its own, and happens once."""
    async with desk(tmp_path) as at:
        at.fake.cash.vault = {"500000": 40}
        await at.open_shift()
        await at.browser.open("/cash/to-drawer")
        at.line.cut, at.line.only = "lose-answer", "/moves"
        await at.browser.send("/cash/to-drawer", **{"count-500000": "10"})
        assert "không chuyển tiền lần nữa" in at.browser.text
        unknown = at.browser.path
        at.line.cut, at.line.only = "lose-answer", "/moves"
        await at.browser.open("/cash/to-drawer")
        await at.browser.send("/cash/to-drawer", **{"count-500000": "10"})
        assert at.browser.path == unknown
        await at.resolve()
        await at.browser.open(at.browser.path)
        assert "Đã chuyển vào ngăn kéo" in at.browser.text
        assert at.fake.cash.vault["500000"] == 30


@in_loop
async def test_steps_that_are_none(tmp_path: Path) -> None:
    """An address that names no step is not found."""
    async with desk(tmp_path) as at:
        delivery = at.fake.cash.delivery()
        await at.sign_in()
        assert (await at.browser.open(f"/cash/deliveries/{delivery['id']}/burn")).status_code == 404
        assert (await at.browser.open("/cash/to-pocket")).status_code == 404


@in_loop
async def test_notes_are_changed_for_the_same_sum(tmp_path: Path) -> None:
    """Both sides are counted; unequal ones and the same notes change nothing, and keep what was typed."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        await at.browser.open("/cash/exchange")
        note = {"taken-500000": "1"}
        await at.browser.send("/cash/exchange", **note, **{"count-500000": "1"})
        assert at.browser.page is not None
        assert at.browser.page.status_code == 422
        await at.browser.send("/cash/exchange", **note, **{"count-500000": "", "count-100000": "4"})
        assert "Hai bên không bằng nhau" in at.browser.text
        await at.browser.open("/cash/exchange")
        await at.browser.send("/cash/exchange", action="add-up", **note, **{"count-100000": "5"})
        assert at.browser.text.count("Năm trăm nghìn đồng") == 2
        await at.browser.send("/cash/exchange", action="send")
        assert "Đã đổi tiền" in at.browser.text
        assert "5 × 100.000" in at.browser.text


@in_loop
async def test_cash_to_a_colleagues_drawer(tmp_path: Path) -> None:
    """The colleague proves who it is; without an open shift there is no drawer to take it."""
    async with desk(tmp_path) as at:
        await at.open_shift()
        give = {"count-500000": "2", "username": OTHER_CLERK, "password": PASSWORD}
        await at.browser.open("/cash/to-colleague")
        await at.browser.send("/cash/to-colleague", **give)
        assert "Đồng nghiệp chưa mở ca" in at.browser.text
        at.fake.shifts[OTHER_CLERK] = at.fake.shifts[CLERK] | {"drawer": 7}
        await at.browser.open("/cash/to-colleague")
        await at.browser.send("/cash/to-colleague", **give)
        assert "Đã chuyển sang ngăn kéo 7" in at.browser.text
        assert "Một triệu đồng" in at.browser.text


@in_loop
async def test_an_office_asks_for_cash_and_hears_the_end_of_it(tmp_path: Path) -> None:
    """Refused with a reason, asked again, ordered with another sum: the office is told all but that sum."""
    async with desk(tmp_path) as at:
        await at.sign_in()
        for millions, word, typed in (
            ("60", "refuse", {"reason": "Xe đến chiều thứ Sáu"}),
            ("70", "order", {"millions": "45"}),
        ):
            await at.browser.open("/cash")
            await at.browser.send("/cash/requests", millions=millions, reason="Chợ phiên, cần tờ 50.000")
            assert "chờ giám sát" in at.browser.text
            with pytest.raises(StopIteration):
                at.browser.form("/cash/requests")
            await at.browser.send("/sign-out")
            await at.sign_in(SUPERVISOR)
            await at.browser.open("/supervision")
            assert f"{millions}.000.000" in at.browser.text
            keys = [at.browser.form(end).fields["key"] for end in ("/order", "/refuse")]
            assert keys[0] != keys[1]
            await at.browser.send(f"/{word}", **typed)
            await at.browser.send("/sign-out")
            await at.sign_in()
        await at.browser.open("/cash")
        assert "Xe đến chiều thứ Sáu" in at.browser.text
        assert "đã đặt" in at.browser.text
        assert "45.000.000" not in at.browser.text
        assert [one["amount"] for one in at.fake.cash.deliveries] == [45_000_000]
